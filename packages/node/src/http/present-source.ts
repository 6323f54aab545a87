/** Sources, conflicts and histories as the API shows them. */
import {
  type ConflictSource,
  type FieldProvenance,
  type HistoryItem,
  hashToText,
  type JsonValue,
  type Labels,
  type Source,
  type View,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { agencyRef, officeName } from '../status/names.ts'

/** A source with the names the roster gives it. */
export type ShownSource = {
  readonly atMs: number
  readonly client: number
  readonly node: Labels
  readonly agency: { readonly id: number; readonly name: Labels }
  readonly office: string | null
  readonly commit: string
  readonly seq: number
  readonly roster: number
  readonly reason: string | null
}

/** Names a source. */
export function showSource(context: NodeContext, source: Source): ShownSource {
  const state = context.store.registry.roster?.state
  const writer = state?.writers.get(source.client)
  const { id, name } = agencyRef(state, writer?.agency ?? 0)
  const office = writer?.office ?? ''
  return {
    // A wrong clock may have stamped the future; what is shown is never later than now.
    atMs: Math.min(source.atMs, context.clock.now()),
    client: source.client,
    node: officeName(name, office),
    agency: { id, name },
    office: office === '' ? null : office,
    commit: hashToText(source.commit),
    seq: source.seq,
    roster: source.rosterVersion,
    reason: source.reason,
  }
}

/** One of several values of a field. */
export type ShownValue = ShownSource & {
  readonly value: JsonValue
  readonly removed: boolean
}

/** A conflict with all its values. */
export type ShownConflict = {
  readonly path: string
  readonly legal: boolean
  readonly inForce: JsonValue
  readonly values: readonly ShownValue[]
}

/** The conflicts of a view. */
export function showConflicts(
  context: NodeContext,
  view: View,
  sources: ReadonlyMap<string, readonly ConflictSource[]>,
): readonly ShownConflict[] {
  return view.conflicts.map(({ path, legal }) => ({
    path,
    legal,
    inForce: view.fields[path] ?? null,
    values: (sources.get(path) ?? []).map(({ value, source }) => ({
      ...showSource(context, source),
      value: value ?? null,
      removed: value === undefined,
    })),
  }))
}

/** Where the value of one field comes from. */
export type ShownProvenance = {
  readonly path: string
  readonly value: JsonValue
  readonly removed: boolean
  readonly source: ShownSource
  readonly superseded: number
}

/** The provenance of one field. */
export function showProvenance(context: NodeContext, field: FieldProvenance): ShownProvenance {
  const { path, value, source, superseded } = field
  const removed = value === undefined
  return {
    path,
    value: value ?? null,
    removed,
    source: showSource(context, source),
    superseded,
  }
}

/** One commit of the history of a record. */
export type ShownHistory = ShownSource & {
  readonly paths: readonly string[]
  /** How many of the values that it wrote are not here. */
  readonly notHeld: number
  readonly outcome: HistoryItem['outcome']['kind']
  readonly code: string | null
}

/** One line of a history. */
export function showHistory(context: NodeContext, item: HistoryItem): ShownHistory {
  const { outcome } = item
  return {
    ...showSource(context, item.source),
    paths: item.paths,
    notHeld: item.notHeld,
    outcome: outcome.kind,
    code: 'code' in outcome ? outcome.code : null,
  }
}
