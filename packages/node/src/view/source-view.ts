/** Who wrote a value: time, node, agency, office and commit. */
import { hashToText, type Labels, type Source } from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import { agencyName } from './agency-view.ts'
import { nodeName } from './as-of.ts'

/** A source as answers show it. */
export type SourceView = {
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

/** A source with the names the roster has for it. */
export function sourceView(core: NodeCore, source: Source): SourceView {
  const { client, seq, commit, atMs, rosterVersion, reason } = source
  const writer = core.registry.roster?.state.writers.get(client)
  const { id, name } = agencyName(core, writer?.agency ?? 0)
  return {
    atMs,
    client,
    node: writer === undefined ? { en: `Writer ${client}` } : nodeName(core, writer),
    agency: { id, name },
    office: writer === undefined || writer.office === '' ? null : writer.office,
    commit: hashToText(commit),
    seq,
    roster: rosterVersion,
    reason,
  }
}
