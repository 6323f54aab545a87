import type { Labels, Moment, RecordId, View } from '@mulu/registry-core'
import { MuluError } from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { type AsOf, asOf } from '../status/as-of.ts'
import { archivesOf } from '../status/keeping.ts'
import { type AgencyRef, ownerOf } from '../status/names.ts'
import { momentDocument } from './past-moment.ts'
import { type ShownConflict, showConflicts } from './present-source.ts'

/** A record as the API shows it. */
export type RecordShown = Pick<View, 'id' | 'kind' | 'local' | 'fields' | 'problems'> & {
  readonly namespace: number
  readonly agency: AgencyRef
  readonly conflicts: readonly ShownConflict[]
  readonly updatedMs: number
  readonly etag: string
  /** The moment that was asked for; null for now. */
  readonly past: ReturnType<typeof momentDocument> | null
  readonly notHeld: NotHeldShown | null
  readonly asOf: AsOf
}

/** What of a record is not here, and who keeps it. */
export type NotHeldShown = {
  /** Superseded values. */
  readonly earlier: number
  /** Commits with values that count, now or at the moment that was asked for. */
  readonly counting: number
  readonly keptBy: readonly Labels[]
}

/** A record as the API shows it, now or as it was. */
export async function recordDocument(
  context: NodeContext,
  id: RecordId,
  at?: Moment,
): Promise<RecordShown> {
  const view = await findRecord(context, id, at)
  const { registry } = context.store
  const conflicts =
    view.conflicts.length > 0 ? await registry.catalogue.conflictSources(id, at) : NONE
  return {
    id: view.id,
    namespace: view.ns,
    kind: view.kind,
    local: view.local,
    agency: ownerOf(registry.roster?.state, view.ns),
    fields: view.fields,
    conflicts: showConflicts(context, view, conflicts),
    problems: view.problems,
    updatedMs: Math.min(view.updatedMs, context.clock.now()),
    etag: `"${view.etag}"`,
    past: at === undefined ? null : momentDocument(at),
    notHeld: await notHeldDocument(context, id, at),
    asOf: await asOf(context),
  }
}

const NONE: Awaited<ReturnType<NodeContext['store']['registry']['catalogue']['conflictSources']>> =
  new Map()

/** The view of a record; MULU_RECORD_NOT_FOUND when there is none. */
export async function findRecord(context: NodeContext, id: RecordId, at?: Moment): Promise<View> {
  const view = await context.store.registry.catalogue.record(id, at)
  if (view !== undefined) return view
  const { ns, kind, local } = id
  const details = { id: `${ns}/${kind}/${local}` }
  const { registry } = context.store
  if (!registry.holding.holds({ ns, aud: 1 })) return refuseUnheld(context, id)
  const notHeld = await notHeldDocument(context, id, at)
  if (notHeld === null || notHeld.counting === 0) {
    throw new MuluError('MULU_RECORD_NOT_FOUND', { details })
  }
  throw new MuluError('MULU_NOT_HELD', { details: { ...details, keptBy: notHeld.keptBy } })
}

/** Headers tell whether there is such a record, also where its agency is not held. */
async function refuseUnheld(context: NodeContext, id: RecordId): Promise<never> {
  const { registry } = context.store
  const { ns, kind, local } = id
  const { counting } = await registry.catalogue.notHeld(id)
  const details = { id: `${ns}/${kind}/${local}` }
  if (counting.length === 0) throw new MuluError('MULU_RECORD_NOT_FOUND', { details })
  const agency = ownerOf(registry.roster?.state, ns)
  const keptBy = await archivesOf(context)
  throw new MuluError('MULU_RECORD_NOT_HELD', { details: { ...details, agency, keptBy } })
}

/** What of a record is not held here, and by whom it is: null where all of it is. */
async function notHeldDocument(
  context: NodeContext,
  id: RecordId,
  at: Moment | undefined,
): Promise<NotHeldShown | null> {
  const { earlier, counting } = await context.store.registry.catalogue.notHeld(id, at)
  if (earlier + counting.length === 0) return null
  return { earlier, counting: counting.length, keptBy: await archivesOf(context) }
}
