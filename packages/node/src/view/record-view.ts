/** One record as answers show it, with the sources of its values. */
import {
  type ConflictSource,
  type JsonValue,
  MuluError,
  type RecordId,
  type View,
} from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import { type AgencyName, ownerOf } from './agency-view.ts'
import { type AsOf, asOf } from './as-of.ts'
import { type SourceView, sourceView } from './source-view.ts'

/** One of several values of a field. */
export type ValueView = SourceView & { readonly value: JsonValue; readonly removed: boolean }

/** A field with more than one value. */
export type ConflictView = {
  readonly path: string
  readonly legal: boolean
  readonly inForce: JsonValue
  readonly values: readonly ValueView[]
}

/** The answer of `GET /records/:ns/:kind/:local`. */
export type RecordAnswer = {
  readonly id: string
  readonly namespace: number
  readonly kind: string
  readonly local: string
  readonly agency: AgencyName
  readonly fields: View['fields']
  readonly conflicts: readonly ConflictView[]
  readonly problems: View['problems']
  readonly updatedMs: number
  readonly etag: string
  readonly asOf: AsOf
}

/** A record; MULU_RECORD_NOT_FOUND. */
export async function recordAnswer(core: NodeCore, id: RecordId): Promise<RecordAnswer> {
  const view = await requireView(core, id)
  return {
    id: view.id,
    namespace: view.ns,
    kind: view.kind,
    local: view.local,
    agency: ownerOf(core, view.ns),
    fields: view.fields,
    conflicts: await conflictViews(core, id, view),
    problems: view.problems,
    updatedMs: view.updatedMs,
    etag: `"${view.etag}"`,
    asOf: await asOf(core),
  }
}

/** The view of a record; MULU_RECORD_NOT_FOUND when there is none. */
export async function requireView(core: NodeCore, id: RecordId): Promise<View> {
  const view = await core.registry.catalogue.record(id)
  if (view === undefined) {
    throw new MuluError('MULU_RECORD_NOT_FOUND', { details: { id: idText(id) } })
  }
  return view
}

/** `namespace/kind/local`. */
export function idText(id: RecordId): string {
  return `${id.ns}/${id.kind}/${id.local}`
}

/** Every field of a record that has more than one value, with author and time of each. */
export async function conflictViews(
  core: NodeCore,
  id: RecordId,
  view: View,
): Promise<readonly ConflictView[]> {
  if (view.conflicts.length === 0) return []
  const sources = await core.registry.catalogue.conflictSources(id)
  return view.conflicts.map(({ path, legal }) => ({
    path,
    legal,
    inForce: legal ? (view.fields[path] ?? null) : null,
    values: (sources.get(path) ?? []).map((each) => valueView(core, each)),
  }))
}

/** A value with its source. */
export function valueView(core: NodeCore, { value, source }: ConflictSource): ValueView {
  return { ...sourceView(core, source), value: value ?? null, removed: value === undefined }
}
