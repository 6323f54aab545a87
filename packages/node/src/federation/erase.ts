/** Erasing a field by a lawful order, and carrying out orders on this node. */
import {
  type EraseOrder,
  hashToText,
  isSameJson,
  type JsonValue,
  MuluError,
  type Ordering,
  parseRecordId,
  type Registry,
  recOf,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { eraseFromBaselines } from '../store/baselines.ts'
import { requireWriter, writerOfKey } from './own-writer.ts'
import { statementNamespace } from './witness.ts'

/** What to erase. */
export type ErasureOrder = {
  /** `ns/kind/local`. */
  readonly record: string
  /** The path of the field. */
  readonly field: string
  /** The reference of the lawful order. */
  readonly order: string
  /** What the field says from now on; removed without it. */
  readonly value?: JsonValue
  /** Whether what counts and is not here goes as well, also of other fields of the same class. */
  readonly lacked?: boolean
}

/** What was done. */
export type Erased = {
  readonly commits: readonly string[]
  readonly orders: readonly string[]
  /** Bodies that held the field, and values beside it that were written anew. */
  readonly bodies: number
  readonly rewritten: number
  /**
   * The snapshot that was signed so that witnesses settle the order; null where there are none, or
   * where values that count are not here, about which nothing can be stated.
   */
  readonly snapshot: string | null
  /** Whether the bytes are gone from every file of this node. */
  readonly destroyedHere: boolean
}

type Progress = (done: number, total: number) => void
type Keeper = Pick<NodeContext, 'store' | 'signer'>

const ORDER_MAX = 64

/**
 * Erases a field. MULU_RECORD_ID, MULU_RECORD_NOT_FOUND, MULU_ERASURE, MULU_RIGHT_MISSING,
 * MULU_NOT_ADMITTED, MULU_USAGE for a reference that is empty or too long, MULU_NOT_HELD where
 * values of the record are lacked and were not to go as well.
 */
export async function eraseField(
  context: NodeContext,
  wanted: ErasureOrder,
  onProgress: Progress = () => undefined,
): Promise<Erased> {
  const { registry } = context.store
  const record = parseRecordId(wanted.record)
  if (wanted.order.trim() === '' || wanted.order.length > ORDER_MAX) {
    const details = { field: 'order', limit: ORDER_MAX }
    throw new MuluError('MULU_USAGE', { details })
  }
  const writer = requireWriter({ registry, signer: context.signer })
  const { value, lacked = false } = wanted
  const order: EraseOrder = {
    ...{ ns: record.ns, rec: recOf(record), path: wanted.field, order: wanted.order },
    ...(value === undefined ? {} : { value }),
    lacked,
    actor: context.config.actor,
  }
  const { commits, orders, bodies, rewritten }: Ordering = await registry.erasing.order(order)
  const ns = canBeSettled(registry) ? statementNamespace(writer) : undefined
  const snapshot = ns === undefined ? null : hashToText(await registry.snapshot(ns))
  const destroyedHere = await carryOutErasures(context, onProgress)
  return {
    ...{ commits: commits.map(hashToText), orders: orders.map(hashToText) },
    ...{ bodies, rewritten, snapshot, destroyedHere },
  }
}

/** Whether there is somebody to agree to a snapshot, and all that one would be about. */
function canBeSettled({ roster, pruning }: Registry): boolean {
  const { writers = [] } = roster?.state.witnesses ?? {}
  return writers.length > 0 && pruning.lackingRecords() === 0
}

const underWay = new WeakMap<object, Promise<boolean>>()

/**
 * Destroys what orders name and this node may destroy, in every file of its store, and signs that
 * it has. What was interrupted goes on at the next call; calls follow each other. False when
 * something could not be done yet.
 */
export function carryOutErasures(
  context: Keeper,
  onProgress: Progress = () => undefined,
): Promise<boolean> {
  const { registry } = context.store
  const before = underWay.get(registry) ?? Promise.resolve(true)
  const next = before.catch(() => true).then(() => carryOutOnce(context, onProgress))
  underWay.set(registry, next)
  return next
}

async function carryOutOnce({ store, signer }: Keeper, onProgress: Progress): Promise<boolean> {
  const { registry } = store
  const due = await registry.erasing.due()
  if (due.length > 0) {
    await eraseFromBaselines(await registry.database(), due, async ({ ns, rec, path, value }) => {
      const [kind = '', local = ''] = rec.split('/')
      const view = await registry.catalogue.record({ ns, kind, local })
      return isSameJson(view?.fields[path], value)
    })
  }
  if (await registry.erasing.destroy()) {
    await registry.reindex(onProgress)
    await registry.rewriteFiles()
    await registry.erasing.purged()
  }
  const writer = writerOfKey(registry.roster?.state, signer.publicKey)
  const ns = writer === undefined ? undefined : statementNamespace(writer)
  if (ns !== undefined) await registry.erasing.confirm(ns)
  return (await registry.erasing.list()).every(({ isDestroyed }) => isDestroyed)
}
