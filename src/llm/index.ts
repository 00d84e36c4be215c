/** Language models: drivers, doubles, structured output, tool calls in text, prices, budgets. */
export { type AnthropicModelOptions, anthropicModel } from "./anthropic.ts";
export { type BudgetedOptions, budgetedModel } from "./budgeted.ts";
export {
  type BudgetLedger,
  budgetLedger,
  type Reservation,
  type Spending,
  type SpendingLimit,
} from "./ledger.ts";
export { type OpenAIModelOptions, openaiModel } from "./openai.ts";
export { costUsd, listPrice, type ModelPrice, PRICES, type PriceTable } from "./prices.ts";
export {
  continuingModel,
  RecordedCall,
  recordingModel,
  replayModel,
  requestDigest,
} from "./replay.ts";
export { type Script, type ScriptedModel, type ScriptedReply, scriptedModel } from "./scripted.ts";
export type { ModelDelta, StreamingModel } from "./streaming.ts";
export { type StructuredOptions, type StructuredReply, structured } from "./structured.ts";
export { type ParsedToolCalls, parseToolCalls } from "./tool-calls.ts";
