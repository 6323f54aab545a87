import type { Moment, RecordId, View } from '@mulu/registry-core'
import { MuluError } from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { asOf } from '../status/as-of.ts'
import { ownerOf } from '../status/names.ts'
import { momentDocument } from './past-moment.ts'
import { showConflicts } from './present-source.ts'

/** A record as the API shows it, now or as it was. */
export async function recordDocument(
  context: NodeContext,
  id: RecordId,
  at?: Moment,
): Promise<Readonly<Record<string, unknown>>> {
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
    asOf: await asOf(context),
  }
}

const NONE: Awaited<ReturnType<NodeContext['store']['registry']['catalogue']['conflictSources']>> =
  new Map()

/** The view of a record; MULU_RECORD_NOT_FOUND when there is none. */
export async function findRecord(context: NodeContext, id: RecordId, at?: Moment): Promise<View> {
  const view = await context.store.registry.catalogue.record(id, at)
  if (view === undefined) {
    const { ns, kind, local } = id
    throw new MuluError('MULU_RECORD_NOT_FOUND', { details: { id: `${ns}/${kind}/${local}` } })
  }
  return view
}
