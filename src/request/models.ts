import type { RoleModel } from "../ask/asker.ts";
import { type Config, modelOfRole } from "../core/config.ts";
import { ConfigError } from "../core/errors.ts";
import { present } from "../core/present.ts";
import type { AttemptContext } from "../work/attempt.ts";

/** Roles that use a low temperature. */
const CALM = new Set(["planner", "judge", "tester", "simulator"]);

/** Models by role. Each call reserves its maximum cost in the request's budget before it is made. */
export function roleModels(
  config: Pick<Config, "model" | "roles">,
  { request, spending, onText }: Pick<AttemptContext, "request" | "spending" | "onText">,
): (role: string) => Promise<RoleModel> {
  const made = new Map<string, Promise<RoleModel>>();
  const make = async (role: string): Promise<RoleModel> => {
    const settings = modelOfRole(config, role);
    if (settings === undefined) {
      throw new ConfigError(
        "MODEL_MISSING",
        `Expected a model for the role "${role}", got none. Set TOOLWRIGHT_MODEL, or \`model\` in toolwright.config.json.`,
      );
    }
    // Imported on first use, so that runs without a model do not load the client.
    const { requestModel } = await import("../models/request-model.ts");
    const { contextTokensOf } = await import("../models/configured.ts");
    const { samplers: _, budgetTokens: __, budgetUsd: ___, ...rest } = settings;
    const model = requestModel({
      ...rest,
      apiKey: () => process.env[settings.apiKeyEnv] ?? "",
      spending,
      limit: request.budget ?? {},
      name: `model:${role}`,
      ...(onText === undefined || role !== "planner" ? {} : { onText }),
    });
    return {
      model,
      temperature: CALM.has(role) ? 0 : settings.temperature,
      ...present({ contextTokens: contextTokensOf(settings) }),
    };
  };
  return (role) => {
    const model = made.get(role) ?? make(role);
    made.set(role, model);
    return model;
  };
}
