/** Language models: drivers, doubles, structured output, tool calls in text, prices, budgets. */
export { type AnthropicModelOptions, anthropicModel } from "./anthropic/anthropic.ts";
export type { ModelDelta, StreamingModel } from "./calling/streaming.ts";
export { type ParsedToolCalls, parseToolCalls } from "./calls-in-text/tool-calls.ts";
export { type OpenAIModelOptions, openaiModel } from "./openai/openai.ts";
export {
  continuingModel,
  recordingModel,
  replayModel,
  requestDigest,
} from "./replay.ts";
export { type Script, type ScriptedModel, type ScriptedReply, scriptedModel } from "./scripted.ts";
export { type BudgetedOptions, budgetedModel } from "./spend/budgeted.ts";
export {
  type BudgetLedger,
  budgetLedger,
  type Reservation,
  type Spending,
  type SpendingLimit,
} from "./spend/ledger.ts";
export { costUsd, listPrice, type ModelPrice, PRICES, type PriceTable } from "./spend/prices.ts";
export { type StructuredOptions, type StructuredReply, structured } from "./structured.ts";
