/** The only room that talks to the evaluator. Everything that a panel may use of it is named here. */

export { type Place, type Problem, problemsIn } from "./problems";
export * from "./questions";
export { type Answer, askAgain, busy, type Resource, resource, type ResourceOptions, slow, stopAll, stopped } from "./resource";
export { retry, type Runtime, runtime, tenor } from "./runtime";
