/** What a request waits for, as text, with the command that answers it. */
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import { type ModelWait, modelWait, type Wait } from "../journal/journal.ts";
import { kindOf } from "../journal/people.ts";
import type { RequestView } from "../journal/view.ts";
import type { Requests } from "../request/requests.ts";
import { CaseQuestion, exampleAnswer, HOW_TO_ANSWER, inputLines } from "../work/case-question.ts";

export function waitLines(requests: Requests, id: string, wait: Wait): readonly string[] {
  const { question, deadline, key } = wait;
  const model = modelWait(wait);
  if (model !== undefined) {
    return [
      `  the model: ${model.text}`,
      `    tried ${triedText(model)}; the next try is at ${deadline}`,
      ...howTo(requests, id, wait).map((line) => `    try now: ${line}`),
    ];
  }
  const facts = (question ?? {}) as Readonly<Record<string, Json>>;
  const text = textOf(question) ?? `It waits for "${wait.name}".`;
  const cases = caseQuestionOf(wait);
  const options = Array.isArray(facts.options) ? [`    one of: ${facts.options.join(", ")}`] : [];
  return [
    `  ? ${text}`,
    ...(facts.arguments === undefined
      ? []
      : [`    arguments: ${JSON.stringify(facts.arguments).slice(0, 400)}`]),
    ...options,
    ...(cases === undefined ? [] : [...inputLines(cases), HOW_TO_ANSWER]).map(
      (line) => `    ${line}`,
    ),
    ...howTo(requests, id, wait).map((line) => `    ${line}`),
    ...(deadline === undefined ? [] : [`    until ${deadline}`]),
    `    (question ${key})`,
  ];
}

/** The question about cases that a request waits for, if it does. */
export function caseQuestionOf({ question }: Pick<Wait, "question">): CaseQuestion | undefined {
  return CaseQuestion.safeParse(question).data;
}

function textOf(question: Json | undefined): string | undefined {
  if (typeof question === "string") return question;
  const facts = (question ?? {}) as Readonly<Record<string, Json>>;
  const text = facts.text ?? facts.question;
  return typeof text === "string" ? text : undefined;
}

/** How often and since when a request has tried its model. */
export function triedText({ tries, since }: ModelWait): string {
  return `${tries === 1 ? "once" : `${tries} times`} since ${since}`;
}

function skipExample({ question }: Wait): string {
  const { parts } = (question ?? {}) as { readonly parts?: Json };
  return typeof parts === "number"
    ? `'[...]' (a list of ${parts} results, one for each call)`
    : `'"its result, as JSON"'`;
}

function howTo(requests: Requests, id: string, wait: Wait): readonly string[] {
  switch (kindOf(wait)) {
    case "approval":
      return [`toolwright request approve ${id}`, `toolwright request reject ${id} --reason "..."`];
    case "callback":
      return [
        `toolwright request callback ${requests.tokenOf(id, wait.key)} --result '...'`,
        'or POST {"result": ...} to /callbacks/TOKEN of toolwright serve',
      ];
    case "model":
      return [`toolwright request resume ${id}`];
    case "uncertain-step":
      return [
        `toolwright request answer ${id} --retry`,
        `toolwright request answer ${id} --skip ${skipExample(wait)}`,
        `toolwright request answer ${id} --fail "why"`,
      ];
    case "question": {
      const cases = caseQuestionOf(wait);
      const answer = cases === undefined ? '"..."' : exampleAnswer(cases);
      return [`toolwright request answer ${id} ${answer}`];
    }
  }
}

export function waitsAsJson(requests: Requests, { id, waits }: RequestView): readonly object[] {
  return waits.map((wait) => {
    const kind = kindOf(wait);
    return {
      kind,
      key: wait.key,
      name: wait.name,
      question: wait.question ?? null,
      ...present({ deadline: wait.deadline }),
      ...(kind === "callback" ? { token: requests.tokenOf(id, wait.key) } : {}),
      how: howTo(requests, id, wait),
    };
  });
}

export function viewText(requests: Requests, view: RequestView): string {
  const { id, objective, requirements, constraints, revision, status, cause, steps, spent } = view;
  const money = Object.entries(spent).map(([unit, amount]) => `${round(amount)} ${unit}`);
  return [
    `${id}  ${status}${cause === "" ? "" : `  (${cause})`}${view.live ? "  a process is running it" : ""}`,
    `  ${objective}${revision > 1 ? `  (revision ${revision})` : ""}`,
    ...requirements.map((text) => `  requires: ${text}`),
    ...constraints.map((text) => `  constraint: ${text}`),
    ...(view.plans.length === 0 ? [] : ["Plan:", ...view.plans.map((plan) => `  ${plan}`)]),
    ...(steps.length === 0
      ? []
      : ["Steps:", ...steps.map((step) => `  ${step.status.padEnd(8)}${step.key}`)]),
    ...(money.length === 0 ? [] : [`Spent: ${money.join(", ")}`]),
    ...(view.waits.length === 0
      ? []
      : ["Waits for:", ...view.waits.flatMap((wait) => waitLines(requests, id, wait))]),
    ...(view.dueAt === undefined ? [] : [`It continues at ${view.dueAt} if a worker is running.`]),
    ...(view.answer === undefined ? [] : ["Answer:", `  ${view.answer.answer}`]),
  ].join("\n");
}

function round(amount: number): string {
  return Number.isInteger(amount) ? String(amount) : amount.toPrecision(3);
}
