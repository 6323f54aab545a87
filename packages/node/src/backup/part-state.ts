/**
 * What a part of a backup says beside what its logs say: a part `rows` of the bundle with the name
 * `state` and one row `state` -> JSON, right after who made it and what that one has. The next
 * backup decides from it whether it can go on from there.
 */
import { MuluError, type Part } from '@mulu/registry-core'
import { Ajv } from 'ajv'

/**
 * Why a part holds everything instead of what is new.
 *
 * first       there was no part to go on from
 * unreadable  what the part before says of itself cannot be read, or nobody of the roster signed it
 * store       the part before was made from another store, or too long ago
 * behind      the part before holds commits or rosters that are not here
 * erased      lawful orders have been carried out since: older parts hold what was erased
 * put back    values were put back into commits that the parts before have without them
 */
export type WholeBecause = 'first' | 'unreadable' | 'store' | 'behind' | 'erased' | 'put back'

/** The state of a node when a part was made. */
export type PartState = {
  readonly version: 1
  /** Undefined for a part that goes on from the one before. */
  readonly whole?: WholeBecause
  /** Which store it was, and how far the rows of the shell were. */
  readonly rows: { readonly line: string; readonly revision: number }
  /** How often values were put back into commits. */
  readonly putBack: number
  /** Orders of erasure that were carried out, by id, in ascending order. */
  readonly erased: readonly string[]
  /** The digest of the catalogue; null where something of it was not there. */
  readonly digest: string | null
  /** SHA-256 of config.json, hex. */
  readonly config: string
}

const HEX = { type: 'string', pattern: '^[0-9a-f]{64}$' }
const COUNT = { type: 'integer', minimum: 0 }
const HASH = { type: 'string', maxLength: 80 }
const isState = new Ajv().compile<PartState>({
  type: 'object',
  required: ['version', 'rows', 'putBack', 'erased', 'digest', 'config'],
  properties: {
    version: { const: 1 },
    whole: { enum: ['first', 'unreadable', 'store', 'behind', 'erased', 'put back'] },
    rows: {
      type: 'object',
      required: ['line', 'revision'],
      properties: { line: { type: 'string', maxLength: 64 }, revision: COUNT },
    },
    putBack: COUNT,
    erased: { type: 'array', items: HASH },
    digest: { anyOf: [HASH, { type: 'null' }] },
    config: HEX,
  },
})

const NAME = 'state'

/** The state as a part of the bundle. */
export function statePart(state: PartState): Part {
  return { t: 'rows', name: NAME, rows: [[NAME, JSON.stringify(state)]] }
}

/** The state that a part of the bundle holds, undefined for other parts; MULU_BUNDLE_SHAPE. */
export function readState(part: Part): PartState | undefined {
  if (part.t !== 'rows' || part.name !== NAME) return undefined
  const state: unknown = parse(part.rows[0]?.[1] ?? '')
  if (isState(state)) return state
  const reason = 'What it says of the state of the node is of another form.'
  throw new MuluError('MULU_BUNDLE_SHAPE', { details: { reason } })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no state.
    return undefined
  }
}
