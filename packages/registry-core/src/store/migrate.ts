/**
 * Bringing a store that older software wrote to the format of this one, a step for each format.
 * The format is raised in the last batch of a step; a step that was broken off is done again at the
 * next opening, so it has to come to the same however much of it was done before.
 *
 * format  what came with it
 * 5       rows say which bodies are absent, `lacking` which of those are wanted: what an order had
 *         erased that has fallen since is judged anew, so that it is asked for by what counts
 * 6       `superseded` marks commits of which something was superseded: gathered from all records
 */
import { utf8, utf8ToText } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import { rebuildMark } from '../log/rebuild.ts'
import { SupersededMarks } from '../pruning/superseded-marks.ts'
import { rowsOfStored } from '../record/document.ts'
import {
  commitBatch,
  FORMAT,
  type Operation,
  put,
  type Store,
  scopeOfKey,
  scopePrefix,
} from './store.ts'

/** A step from one format to the next; it gives what its last batch holds beside the format. */
export type MigrationStep = {
  readonly from: number
  readonly run: (store: Store) => Promise<readonly Operation[]>
}

const STEPS: readonly MigrationStep[] = [
  { from: 4, run: judgeAnewWhatIsMissing },
  { from: 5, run: markWhatIsSuperseded },
]

/** Records that are read at once. */
const PORTION = 256

/**
 * Brings a store to the present format. MULU_STORE_VERSION for one that newer software wrote, and
 * for one that is older than the first step; it is then left as it is.
 */
export async function migrate(
  store: Store,
  steps: readonly MigrationStep[] = STEPS,
  format: number = FORMAT,
): Promise<void> {
  const stored = await store.meta.get('format')
  if (stored === undefined) return commitBatch(store, [formatMark(store, format)])
  const found = Number(utf8ToText(stored))
  if (found > format) {
    const reason = `A newer Mulu wrote it. Install that version or a later one; nothing was changed.`
    throw new MuluError('MULU_STORE_VERSION', { details: { found, expected: format, reason } })
  }
  for (let at = found; at < format; at++) {
    const step = steps.find(({ from }) => from === at)
    if (step === undefined) {
      const reason = `It is too old. Open it with Mulu of format ${at + 1} first, or restore a backup.`
      throw new MuluError('MULU_STORE_VERSION', { details: { found, expected: format, reason } })
    }
    const last = await step.run(store)
    await commitBatch(store, [...last, formatMark(store, at + 1)])
  }
}

function formatMark(store: Store, format: number): Operation {
  return put(store.meta, 'format', utf8(String(format)))
}

async function judgeAnewWhatIsMissing(store: Store): Promise<readonly Operation[]> {
  const scopes = new Map<string, Operation>()
  for await (const key of store.missing.keys()) {
    const scope = scopeOfKey(key)
    scopes.set(scopePrefix(scope), rebuildMark(store, scope))
  }
  return [...scopes.values()]
}

async function markWhatIsSuperseded(store: Store): Promise<readonly Operation[]> {
  const records = store.records.iterator()
  for (;;) {
    const some = await records.nextv(PORTION)
    if (some.length === 0) break
    const marks = new SupersededMarks(store)
    for (const [key, stored] of some) {
      const rows = rowsOfStored(stored)
      marks.add(scopeOfKey(key), rows, rows)
    }
    await commitBatch(store, marks.operations)
  }
  await records.close()
  return []
}
