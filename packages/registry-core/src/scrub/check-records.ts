/**
 * The second half of a scrub: every record document against itself and its leaf, every leaf
 * against its record, the digest tree against the leaves.
 */
import { bucketMark, type DigestTree } from '../catalogue/digest-tree.ts'
import { leafOf } from '../catalogue/leaf.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { liveSlots } from '../record/live-slots.ts'
import {
  commitBatch,
  del,
  type Operation,
  type Scope,
  type Store,
  scopePrefix,
  under,
} from '../store/store.ts'
import type { CheckContext } from './check-commits.ts'
import { isConsistent, openOrNothing } from './check-record.ts'

const PORTION = 64
const PARTS = 64

/** What this half works on beside. */
export type RecordContext = CheckContext & { readonly tree: DigestTree }

/** Looks at the records of one scope, some at a time. */
export class ScopeCheck {
  readonly #context: RecordContext
  readonly #scope: Scope
  #recordCursor: string
  #leafCursor: string
  #part = 0

  constructor(context: RecordContext, scope: Scope) {
    this.#context = context
    this.#scope = scope
    this.#recordCursor = `${scopePrefix(scope)}/`
    this.#leafCursor = this.#recordCursor
  }

  /** Looks at some more; how many records, undefined when the scope is done. */
  async portion(): Promise<number | undefined> {
    const records = await this.#checkRecords()
    if (records > 0) return records
    if ((await this.#checkLeaves()) > 0) return 0
    if (this.#part >= PARTS) return undefined
    await this.#checkTree()
    return 0
  }

  async #checkRecords(): Promise<number> {
    const { crypto, store, tree, lacking, onFinding, onSuspect } = this.#context
    const prefix = scopePrefix(this.#scope)
    const rows = await rowsAfter(store.records, this.#recordCursor, prefix)
    const stage = tree.stage(this.#scope)
    const noted = await store.lacking.getMany(rows.map(([key]) => key))
    for (const [i, [key, stored]] of rows.entries()) {
      this.#recordCursor = key
      const rec = key.slice(prefix.length + 1)
      const document = openOrNothing(stored)
      const isSound = document !== undefined && isConsistent(document, stored)
      if (!isSound || !isSame(lacking.encoded(this.#scope, document), noted[i])) {
        onFinding({ what: 'record', scope: this.#scope, records: [rec] })
        await onSuspect(this.#scope)
        continue
      }
      stage.set(rec, leafOf(crypto, this.#scope, rec, liveSlots(document.slots())))
    }
    const wrong = await wrongLeaves(store, stage.operations)
    for (const rec of wrong) onFinding({ what: 'leaf', scope: this.#scope, records: [rec] })
    // A record whose leaf differs may be the one that has rotted; its logs know.
    if (wrong.length > 0) await onSuspect(this.#scope)
    return rows.length
  }

  async #checkLeaves(): Promise<number> {
    const { store, onFinding } = this.#context
    const prefix = scopePrefix(this.#scope)
    const rows = await rowsAfter(store.leaves, this.#leafCursor, prefix)
    this.#leafCursor = rows.at(-1)?.[0] ?? this.#leafCursor
    const recs = rows.map(([key]) => key.slice(prefix.length + 5))
    const records = await store.records.getMany(recs.map((rec) => `${prefix}/${rec}`))
    const strays = rows.filter((_, i) => records[i] === undefined).map(([key]) => key)
    if (strays.length === 0) return rows.length
    for (const key of strays) onFinding({ what: 'leaf', scope: this.#scope, at: key })
    const operations = strays.flatMap((key) => [
      del(store.leaves, key),
      bucketMark(store, prefix, key),
    ])
    await commitBatch(store, operations)
    return rows.length
  }

  async #checkTree(): Promise<void> {
    const { tree, onFinding } = this.#context
    if (this.#part === 0) await tree.refresh()
    const differs = await tree.recheck(this.#scope, this.#part)
    this.#part += 1
    const isTopWrong = this.#part === PARTS && (await tree.recheckTop(this.#scope))
    if (!differs && !isTopWrong) return
    onFinding({ what: 'tree', scope: this.#scope, at: `${scopePrefix(this.#scope)}` })
    await tree.refresh()
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}

type Rows = readonly (readonly [key: string, value: Uint8Array])[]

function rowsAfter(sublevel: Store['records'], cursor: string, prefix: string): Promise<Rows> {
  return sublevel.iterator({ gt: cursor, lt: under(prefix).lt, limit: PORTION }).all()
}

/** The records whose stored leaf is not the one that the stage would write. */
async function wrongLeaves(
  store: Store,
  operations: readonly Operation[],
): Promise<readonly string[]> {
  const leaves = operations.filter(({ sublevel }) => (sublevel as unknown) === store.leaves)
  const stored = await store.leaves.getMany(leaves.map(({ key }) => key))
  const wrong = leaves.filter((operation, i) => {
    const expected = operation.type === 'put' ? (operation.value as Uint8Array) : undefined
    const found = stored[i]
    if (expected === undefined || found === undefined) return expected !== found
    return !equalBytes(expected, found)
  })
  return wrong.map(({ key }) => key.split('/').slice(3).join('/'))
}
