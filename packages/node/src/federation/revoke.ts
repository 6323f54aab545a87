/**
 * Revoking a writer by position of its logs, by the next roster or by an order of its agency. What
 * it had closed would open again without its commits; so that is closed anew under a live key first,
 * and only then the cut is handed out to be signed.
 */
import {
  audienceText,
  hashToText,
  type LogKey,
  logText,
  MuluError,
  ORDERED_WRITERS_FROM,
  type Orphan,
  parseOrderDraft,
  parseProposal,
  type Registry,
  type RosterState,
  type Writer,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { draftClosing } from './agency-orders.ts'
import { writerOfKey } from './own-writer.ts'
import {
  type CutPreview,
  cutOfOrders,
  cutOfProposal,
  type Loosened,
  previewCut,
} from './preview-cut.ts'
import { proposeRoster, type RosterDesk } from './propose.ts'
import { type CloseOrder, type EndOrder, type PinOrder, readEnd } from './roster-orders.ts'

/** What is to be revoked. */
export type Revocation = {
  readonly writer: number
  /**
   * By log (`ns/audience`, or `*` for every log of the federation) the first position that no
   * longer counts. Logs that are not named end where they stand here.
   */
  readonly from: Readonly<Record<string, number>>
  /** Ids of the commits that stand at the ends of forked logs. */
  readonly branches: readonly string[]
  readonly why: string
  /** Go on although fields would be opened that no key here can close. */
  readonly leaveOpen: boolean
  /** Only say what would happen. */
  readonly dryRun: boolean
  /** Who is to sign it: the root holders, or the agency of the writer with its administrator key. */
  readonly by?: 'roots' | 'agency'
  /** The number of the agency's order; without it the lowest that is free here. */
  readonly number?: number
}

/** Stands for every log of the federation in `Revocation.from`. */
export const EVERY_FEDERATION_LOG = '*'

/** What a revocation does. */
export type Revoked = {
  readonly writer: number
  readonly ends: readonly EndOrder[]
  readonly orphaned: readonly OrphanLine[]
  readonly loosened: readonly LooseLine[]
  /** The proposal for root holders, or the draft for the agency's key; neither on a dry run. */
  readonly proposal?: string
  readonly draft?: string
}

/** One commit that would not count any more. */
export type OrphanLine = {
  readonly log: string
  readonly seq: number
  readonly commit: string
  readonly records: readonly string[]
}

/** One field that would be looser, and whether it was closed anew. */
export type LooseLine = {
  readonly record: string
  readonly path: string
  readonly value: unknown
  readonly reclosed: boolean
}

/** The actor that stands in the commits that close anew, and their reason. */
const REASON = 'Closed anew before a writer was revoked.'

/** Previews, closes anew and proposes. Throws MULU_ORDERS or MULU_LOOSENS before anything is done. */
export async function revokeWriter(context: NodeContext, wanted: Revocation): Promise<Revoked> {
  const { store, clock } = context
  const { registry } = store
  const state = registry.roster?.state
  const writer = state?.writers.get(wanted.writer)
  if (state === undefined || writer === undefined) {
    throw new MuluError('MULU_ORDERS', {
      details: { reason: 'There is no such writer.', writer: wanted.writer },
    })
  }
  const ends = await endsOf(registry, wanted)
  const isByAgency = wanted.by === 'agency'
  const text = isByAgency
    ? (): string => draftOrder(registry, writer, wanted, ends)
    : (): string => propose({ registry, clock }, writer, wanted, ends)
  const cut = isByAgency
    ? cutOfOrders(parseOrderDraft(text()))
    : cutOfProposal(parseProposal(text()))
  const preview = await previewCut(registry, cut, writer.client, clock.now)
  const mayClose = closers(context, state, writer)
  const lines = linesOf(preview, mayClose)
  if (wanted.dryRun) return { writer: writer.client, ends, ...lines }
  const open = lines.loosened.filter(({ reclosed }) => !reclosed)
  if (open.length > 0 && !wanted.leaveOpen) throw loosens(state, writer, open)
  await reclose(
    context,
    preview.loosened.filter(({ ns }) => mayClose.has(ns)),
  )
  const signed = isByAgency ? { draft: text() } : { proposal: text() }
  return { writer: writer.client, ends, ...lines, ...signed }
}

function propose(
  desk: RosterDesk,
  { client, agency }: Writer,
  { why }: Revocation,
  ends: readonly EndOrder[],
): string {
  if (client >= ORDERED_WRITERS_FROM) {
    const reason = 'This writer was admitted by an order of its agency, which also closes it.'
    const hint =
      'Say --agency-key FILE or --draft FILE. Or the root holders end the key of the agency and let ' +
      'this admission not stand: mulu roster propose --end-administrator.'
    throw new MuluError('MULU_ORDERS', { details: { reason, writer: client, agency, hint } })
  }
  const close: CloseOrder = { writer: client, ends, final: true, why }
  return proposeRoster(desk, { close: [close], pin: pinsOf(desk.registry, client, ends) })
}

/** The end that an order names also says which branch of a forked log counts. */
function draftOrder(
  registry: Registry,
  writer: Writer,
  { why, number }: Revocation,
  ends: readonly EndOrder[],
): string {
  return draftClosing(registry, writer, { ends: ends.map(readEnd), final: true, why }, number)
}

function loosens(state: RosterState, writer: Writer, open: readonly LooseLine[]): MuluError {
  const namespaces = new Set(open.map(({ record }) => Number(record.split('/')[0])))
  const able = [...state.writers.values()].filter(
    (other) =>
      other !== writer && [...namespaces].every((ns) => hasOpenRight(other, ns, 'classify')),
  )
  const hint = 'Run this at a node that may classify there, or say --leave-open.'
  const fields = open.map(({ record, path }) => `${record} ${path}`)
  const writers = able.map(({ client }) => client)
  return new MuluError('MULU_LOOSENS', { details: { fields, hint, writers } })
}

function hasOpenRight(writer: Writer, ns: number, right: 'classify'): boolean {
  return writer.grants.some(
    (grant) => grant.ns === ns && grant.until === undefined && grant.rights.includes(right),
  )
}

/** The namespaces in which this node may close anew: not with the key that is being revoked. */
function closers(context: NodeContext, state: RosterState, writer: Writer): ReadonlySet<number> {
  const own = writerOfKey(state, context.signer.publicKey)
  if (own === undefined || own.client === writer.client) return new Set()
  const open = own.grants.filter((grant) => hasOpenRight(own, grant.ns, 'classify'))
  return new Set(open.map((grant) => grant.ns))
}

async function endsOf(registry: Registry, wanted: Revocation): Promise<readonly EndOrder[]> {
  const heads = registry.heads().filter(({ log }) => log.writer === wanted.writer)
  const texts = heads.map(({ log }) => scopeText(log))
  const known = [...texts, EVERY_FEDERATION_LOG]
  const unknown = Object.keys(wanted.from).find((text) => !known.includes(text))
  if (unknown !== undefined) {
    const reason = 'The writer has no such log here.'
    throw new MuluError('MULU_ORDERS', { details: { reason, log: unknown, logs: texts } })
  }
  const ends: EndOrder[] = []
  for (const head of heads) {
    const { log, accepted, forkedAt = Number.POSITIVE_INFINITY } = head
    const every = log.aud === 1 ? wanted.from[EVERY_FEDERATION_LOG] : undefined
    const last = (wanted.from[scopeText(log)] ?? every ?? accepted.seq + 1) - 1
    const seq = last >= forkedAt ? last : Math.min(last, accepted.seq)
    if (seq > 0) ends.push(await endAt(registry, log, seq, wanted.branches))
  }
  return ends
}

function scopeText(log: LogKey): string {
  return `${log.ns}/${audienceText(log.aud)}`
}

async function endAt(
  registry: Registry,
  log: LogKey,
  seq: number,
  branches: readonly string[],
): Promise<EndOrder> {
  const all = await registry.commitsAt(log, seq)
  const named = all.find(({ id }) => branches.includes(hashToText(id)))
  const standing = all.find(({ outcome: { kind } }) => kind === 'in force' || kind === 'void')
  const found = named ?? standing
  if (found === undefined || typeof log.aud !== 'number') {
    const reason =
      all.length === 0
        ? 'No commit stands at this position.'
        : 'The log is forked. Name the commit that stands at this position with --branch.'
    const commits = all.map(({ id }) => hashToText(id))
    throw new MuluError('MULU_ORDERS', { details: { reason, log: logText(log), seq, commits } })
  }
  return { namespace: log.ns, audience: log.aud, seq, id: hashToText(found.id) }
}

/** Where forked logs part, for nodes that never saw the branch that loses. */
function pinsOf(
  registry: Registry,
  writer: number,
  ends: readonly EndOrder[],
): readonly PinOrder[] {
  return ends.flatMap((end) => {
    const head = registry
      .heads()
      .find(
        ({ log }) => log.writer === writer && scopeText(log) === `${end.namespace}/${end.audience}`,
      )
    const forkedAt = head?.forkedAt
    return forkedAt === undefined ? [] : [{ ...end, writer, forkedAt }]
  })
}

function linesOf(
  { orphaned, loosened }: CutPreview,
  mayClose: ReadonlySet<number>,
): Pick<Revoked, 'orphaned' | 'loosened'> {
  return {
    orphaned: orphaned.map(orphanLine),
    loosened: loosened.map(({ ns, rec, path, value }) => ({
      ...{ record: `${ns}/${rec}`, path, value: value ?? null, reclosed: mayClose.has(ns) },
    })),
  }
}

/** One orphaned commit, as it is listed. */
export function orphanLine({ log, seq, id, entries }: Orphan): OrphanLine {
  const records = [...new Set(entries.map(({ rec }) => `${log.ns}/${rec}`))]
  return { log: logText(log), seq, commit: hashToText(id), records }
}

/** Writes what is in force now under the own key; beside values that hold together, over others. */
async function reclose(context: NodeContext, loosened: readonly Loosened[]): Promise<void> {
  const byNamespace = new Map<number, Loosened[]>()
  for (const field of loosened) {
    byNamespace.set(field.ns, [...(byNamespace.get(field.ns) ?? []), field])
  }
  for (const [ns, fields] of byNamespace) {
    await context.store.registry.write({
      ...{ ns, aud: 1, actor: context.config.actor, note: { reason: REASON } },
      changes: fields.map(({ rec, path, value, isTied }) => ({
        rec,
        ...(value === undefined ? { remove: [path] } : { set: { [path]: value } }),
        ...(isTied ? { beside: true } : {}),
      })),
    })
  }
}
