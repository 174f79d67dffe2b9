import type { Model, Questions } from "../api/types";

export interface Suggestions {
  examples: string[];
  history: string[];
}

/** What may be asked: the pack's examples first among its questions, and what was asked before, on its own. */
export function suggestionsOf(model: Model, data: Questions | undefined): Suggestions {
  const own = [...model.questions].sort((a, b) => Number(b.is_example) - Number(a.is_example));
  const asked =
    data?.asked.filter((one) => one.before.length === 0 && one.status !== "declined" && one.verdict !== "down") ?? [];
  return { examples: own.map((one) => one.question), history: [...new Set(asked.map((one) => one.question))] };
}
