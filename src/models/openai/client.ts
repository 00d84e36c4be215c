/** The official client, as a plain carrier of the protocol. */
import OpenAI from "openai";

export const OPENAI = "https://api.openai.com/v1";

/**
 * What the environment would add to the client (organisation, project, base URL, logging) is switched
 * off, and so are its retries: options and the call policy say everything.
 *
 * @param key Asked at each request.
 * @param timeoutMs Of the policy, whose deadline decides; the client's own only must not come before it.
 */
export function openaiClient(baseUrl: string, key: () => string, timeoutMs = 120_000): OpenAI {
  return new OpenAI({
    apiKey: async () => key(),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: timeoutMs * 2 + 1_000,
    logLevel: "off",
  });
}
