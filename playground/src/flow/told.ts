/** A step of a run in words: what it does, what came of it. */

import type { Frame } from "./frames";

export interface Told {
  readonly what: string;
  readonly result: string;
  readonly sign: "✓" | "✗" | "→" | "↳" | "∥" | "?";
  readonly failed: boolean;
}

export function told({ step, error }: Frame): Told {
  switch (step.step_type) {
    case "OperationStep":
    case "CompensationStep": {
      const failed = step.error !== undefined;
      const prefix = step.step_type === "CompensationStep" ? "compensation: " : "";
      return {
        what: `${prefix}${step.operation} as ${step.persona.contract_persona}`,
        result: failed ? `refused: ${error ?? step.error?.code ?? ""}` : `outcome ${step.outcome ?? step.result}`,
        sign: failed ? "✗" : "✓",
        failed,
      };
    }
    case "BranchStep":
      return { what: `if ${step.condition.expression}`, result: `${step.result}, so on to ${step.next}`, sign: "?", failed: false };
    case "HandoffStep":
      return { what: "handoff", result: `${step.from_persona} hands over to ${step.to_persona}`, sign: "→", failed: false };
    case "SubFlowStep": {
      const { flow_id: flow, status } = step.flow.flow_outcome;
      const failed = status === "failed";
      return { what: `sub-flow ${flow}`, result: `it ends with ${step.result}${failed ? ", a failure" : ""}`, sign: "↳", failed };
    }
    case "ParallelStep": {
      const branches = step.branches.map(({ branch_id: branch, outcome }) => `${branch} ends with ${outcome}`);
      return { what: "in parallel", result: `${branches.join(", ")}; so it is ${step.result}`, sign: "∥", failed: step.result === "failed" };
    }
    case "Escalation":
      return { what: "escalation", result: `escalated to ${step.to_persona}, who goes on with ${step.next}`, sign: "→", failed: false };
  }
}
