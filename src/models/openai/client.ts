/** The official client, as a plain carrier of the protocol. */
import OpenAI from "openai";
import { providerFetch } from "../calling/provider-fetch.ts";

export const OPENAI = "https://api.openai.com/v1";

/** The longest that a timer can wait. */
const NEVER_MS = 2_147_483_647;

/**
 * What the environment would add to the client (organisation, project, base URL, logging) is switched
 * off, and so are its retries and time limits: options and the call policy say everything.
 *
 * @param key Asked at each request.
 */
export function openaiClient(baseUrl: string, key: () => string): OpenAI {
  return new OpenAI({
    apiKey: async () => key(),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: baseUrl,
    fetch: providerFetch,
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: "off",
  });
}
