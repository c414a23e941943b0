/** `tensorheap/testing`: the contract as test cases, fault injection and a watch for leaks, under any test runner. */
export type { ConformanceCase } from "./allocator-conformance.ts";
export { allocatorConformance } from "./allocator-conformance.ts";
export type { AllocationFailureDetails, AllocationFailureKind, LeakedBlock } from "./allocation-failure-error.ts";
export { AllocationFailureError } from "./allocation-failure-error.ts";
export type { AllocationFailureOptions, AllocationFailureReport } from "./check-all-allocation-failures.ts";
export { checkAllAllocationFailures } from "./check-all-allocation-failures.ts";
export type { NoLeaksOptions } from "./expect-no-leaks.ts";
export { expectNoLeaks } from "./expect-no-leaks.ts";
export type { Leak } from "./leak-error.ts";
export { LeakError } from "./leak-error.ts";
export type { ConformanceTraits } from "./conformance/traits.ts";
export { CONFORMANCE_BYTES, MANY_HANDLES_BYTES } from "./conformance/traits.ts";
export { ContractViolationError } from "./contract-violation-error.ts";
