/** Changes of writers, their grants and their logs, as they build up the state. */
import { audienceText } from '../commit/audience.ts'
import { isKeyAllowed } from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import { ORDERED_WRITERS_FROM } from './administrators.ts'
import { requireAgency } from './apply-agency.ts'
import type { RosterChange } from './change.ts'
import type { Closing, DraftState, Grant, Writer } from './state.ts'

type WriterChange = Extract<RosterChange, { type: 'writer' | 'peers' | 'grant' | 'close' | 'pin' }>

/** Admits a writer or changes one; throws when there is no such writer, or the change does not fit. */
export function applyWriterChange(draft: DraftState, change: WriterChange): void {
  if (change.type === 'writer') {
    applyWriter(draft, change)
    return
  }
  const writer = draft.writers.get(change.client)
  if (writer === undefined) throw new Error(`writer ${change.client} is not in the roster`)
  draft.writers.set(change.client, changedWriter(draft, writer, change))
}

function applyWriter(draft: DraftState, change: Extract<RosterChange, { type: 'writer' }>): void {
  if (draft.writers.has(change.client)) throw new Error('a writer number is used twice')
  if (draft.administrators !== undefined && change.client >= ORDERED_WRITERS_FROM) {
    throw new Error('this writer number belongs to orders')
  }
  requireAgency(draft, change.agency)
  if (change.continues !== 0 && draft.writers.get(change.continues)?.agency !== change.agency) {
    throw new Error('a writer continues none of its own agency')
  }
  checkPeers(draft, change.agency, change.peers)
  if (!isKeyAllowed(change.key, draft.rules))
    throw new Error('the key of a writer is not acceptable')
  const key = toHex(change.key)
  for (const other of draft.writers.values()) {
    if (toHex(other.key) === key) throw new Error('a writer key is used twice')
  }
  const { client, agency, office, role, peers, continues } = change
  draft.writers.set(client, {
    client,
    key: change.key,
    agency,
    office,
    role,
    peers,
    continues,
    from: draft.version,
    grants: [],
    pins: [],
  })
}

function changedWriter(
  draft: DraftState,
  writer: Writer,
  change: Exclude<WriterChange, { type: 'writer' }>,
): Writer {
  switch (change.type) {
    case 'peers':
      checkPeers(draft, writer.agency, change.peers)
      return { ...writer, peers: change.peers }
    case 'pin':
      return {
        ...writer,
        pins: [...writer.pins, { log: change.log, forkedAt: change.forkedAt }],
      }
    case 'grant':
      return { ...writer, grants: [...writer.grants, openedGrant(draft, writer, change)] }
    case 'close': {
      const isMeant = (g: Grant): boolean => g.ns === change.ns && g.from === change.from
      if (!writer.grants.some(isMeant)) throw new Error('there is no such grant to close')
      return {
        ...writer,
        grants: writer.grants.map((g) => (isMeant(g) ? closedGrant(g, draft.version, change) : g)),
      }
    }
  }
}

/** Only writers of one agency share a transport identity, so that nobody stands in for another. */
function checkPeers(draft: DraftState, agency: number, peers: readonly string[]): void {
  for (const writer of draft.writers.values()) {
    const shared =
      writer.agency === agency ? undefined : peers.find((p) => writer.peers.includes(p))
    if (shared !== undefined) throw new Error(`peer ${shared} is one of another agency`)
  }
}

/**
 * Rights are added by a grant beside the open one; they are taken away only by closing that one
 * at a position, else a commit that cites the older version would keep them.
 */
function openedGrant(
  draft: DraftState,
  writer: Writer,
  change: Extract<RosterChange, { type: 'grant' }>,
): Grant {
  const { ns, auds, rights } = change
  if (!draft.namespaces.has(ns)) throw new Error('the namespace of a grant is missing')
  if (auds.length === 0 || rights.length === 0) throw new Error('a grant gives nothing')
  const wanted = new Set(auds.map(audienceText))
  const others = writer.grants.filter(
    (grant) => grant.ns === ns && grant.auds.some((aud) => wanted.has(audienceText(aud))),
  )
  if (others.some((grant) => grant.from === draft.version)) {
    throw new Error('two grants for one namespace and audience in one version')
  }
  const isNarrowed = others
    .filter((grant) => grant.until === undefined)
    .some((grant) => !grant.rights.every((right) => rights.includes(right)))
  if (isNarrowed) throw new Error('a grant is narrowed by closing it, not by another one')
  return { ns, auds, rights, from: draft.version, until: undefined }
}

/** An end only ever falls: a later closing may name lower positions, never higher ones. */
function closedGrant(
  grant: Grant,
  version: number,
  change: Extract<RosterChange, { type: 'close' }>,
): Grant {
  const { ends, final, why } = change
  const places = new Set(ends.map((end) => `${end.ns}/${audienceText(end.aud)}`))
  if (places.size !== ends.length || ends.some((end) => end.ns !== grant.ns)) {
    throw new Error('the ends of a grant are of other logs')
  }
  const before = grant.until
  if (before !== undefined && !isLower(change, before)) {
    throw new Error('the end of a log may only fall')
  }
  return { ...grant, until: { version, ends, final, why } }
}

function isLower(change: Extract<RosterChange, { type: 'close' }>, before: Closing): boolean {
  if (before.final && !change.final) return false
  return change.ends.every((end) => {
    const aud = audienceText(end.aud)
    const old = before.ends.find((e) => e.ns === end.ns && audienceText(e.aud) === aud)
    return old !== undefined && end.seq <= old.seq
  })
}
