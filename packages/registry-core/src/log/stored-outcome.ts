/** How an outcome is kept beside its commit: CBOR [kind, code or what is missing, void bodies]. */
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import type { ErrorCode } from '../errors.ts'
import type { Missing, Outcome } from './outcome.ts'

/** The outcomes of commits that are stored. */
export type StoredOutcome = Exclude<Outcome, { kind: 'dropped' }>

/** The stored form. */
export function encodeOutcome(outcome: StoredOutcome): Uint8Array {
  switch (outcome.kind) {
    case 'in force':
      return encodeCbor([outcome.kind, '', outcome.voidBodies])
    case 'waits':
      return encodeCbor([outcome.kind, outcome.missing, []])
    default:
      return encodeCbor([outcome.kind, outcome.code, []])
  }
}

/** Reads the stored form; a commit that a rebuild has not reached again waits for its parent. */
export function decodeOutcome(bytes: Uint8Array): StoredOutcome {
  if (bytes.length === 0) return { kind: 'waits', missing: 'parent' }
  const [kind, detail, voidBodies] = decodeCbor(bytes) as [
    StoredOutcome['kind'],
    string,
    readonly number[],
  ]
  if (kind === 'in force') return { kind, voidBodies }
  if (kind === 'waits') return { kind, missing: detail as Missing }
  return { kind, code: detail as ErrorCode }
}
