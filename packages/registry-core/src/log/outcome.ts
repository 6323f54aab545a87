import type { ErrorCode } from '../errors.ts'

/**
 * The only outcomes of a commit that is offered (DESIGN-REVIEW section 2).
 *
 * dropped   not attributable, or its bodies do not hash: nothing stored, the peer is to blame
 * waits     signed, but something it needs is not here: kept and passed on, no effect yet
 * ended     beyond the end of its log: kept as evidence, no effect
 * void      on the chain, but the cited roster gives no grant: fillers, `over` does not count
 * in force  all else; `voidBodies` names entries whose body fails the gate (their `over` counts)
 */
export type Outcome =
  | { readonly kind: 'dropped'; readonly code: ErrorCode; readonly blame: boolean }
  | { readonly kind: 'waits'; readonly missing: Missing }
  | { readonly kind: 'ended'; readonly code: ErrorCode }
  | { readonly kind: 'void'; readonly code: ErrorCode }
  | { readonly kind: 'in force'; readonly voidBodies: readonly number[] }

/** What a waiting commit needs. */
export type Missing = 'parent' | 'after' | 'roster' | 'profile' | 'version' | 'extension'

/** What `accept` says of one commit. */
export type Acceptance = {
  /** Whether it was here before. */
  readonly known: boolean
  readonly outcome: Outcome
  /** How many of the records it changed have problems now. */
  readonly problems: number
  /** How many bodies were offered with it that a lawful order has erased; they are not kept. */
  readonly erased?: number
  /** How many of its bodies are absent, since the sender did not hold them, or left them out. */
  readonly notHeld?: number
}
