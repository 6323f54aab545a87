/** The roster as it is shown, with its whole history. */
import {
  type Audience,
  hashToText,
  type JsonObject,
  keyToText,
  type Right,
  type Writer,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { type AgencyRef, agencyRef } from './names.ts'

/** A writer and what it may write. */
export type WriterShown = {
  readonly client: number
  readonly key: string
  readonly peers: readonly string[]
  readonly agency: number
  readonly continues: number
  readonly office: string | null
  readonly role: Writer['role']
  readonly grants: readonly {
    readonly namespace: number
    readonly audiences: readonly Audience[]
    readonly rights: readonly Right[]
    readonly from: number
    readonly closed: { readonly version: number; readonly why: string } | null
  }[]
}

/** The newest version, and what each one changed. */
export type RosterShown = {
  readonly version: number
  readonly hash: string
  readonly federation: { readonly id: string; readonly name: string }
  readonly roots: { readonly threshold: number; readonly keys: readonly string[] }
  readonly witnesses: { readonly writers: readonly number[]; readonly threshold: number }
  readonly agencies: readonly (AgencyRef & {
    /** The key with which it admits its own nodes. */
    readonly admin: string | null
    readonly retired: { readonly version: number; readonly successor: number } | null
  })[]
  readonly namespaces: readonly {
    readonly id: number
    readonly agency: number
    readonly sinceVersion: number
  }[]
  /** Without those whose number two orders have: /api/v1/orders tells of them. */
  readonly writers: readonly WriterShown[]
  readonly history: readonly {
    readonly version: number
    readonly stampMs: number
    readonly hash: string
    readonly signatures: number
    readonly changes: readonly JsonObject[]
  }[]
}

/** Shows what is here of it; version 0 before the first has come. */
export function showRoster({ config, store: { registry } }: NodeContext): RosterShown {
  const { roster } = registry
  const state = roster?.state
  return {
    version: roster?.version ?? 0,
    hash: roster === undefined ? '' : hashToText(roster.hash),
    federation: config.federation,
    roots: {
      threshold: state?.roots.threshold ?? 0,
      keys: (state?.roots.keys ?? []).map(keyToText),
    },
    witnesses: state?.witnesses ?? { writers: [], threshold: 1 },
    agencies: [...(state?.agencies.values() ?? [])].map(({ id, retired, admin }) => ({
      ...agencyRef(state, id),
      admin: admin === undefined ? null : keyToText(admin),
      retired: retired ?? null,
    })),
    namespaces: [...(state?.namespaces.values() ?? [])].map((ns) => ({
      id: ns.id,
      agency: ns.owners.at(-1)?.agency ?? 0,
      sinceVersion: ns.owners.at(-1)?.from ?? 0,
    })),
    writers: [...(state?.writers.values() ?? [])]
      .filter(({ dispute }) => dispute !== 'open')
      .map(showWriter),
    history: registry.rosters.map((version) => ({
      version: version.version,
      stampMs: version.stampMs,
      hash: hashToText(version.hash),
      signatures: version.signatures,
      changes: version.changes.map(showChange),
    })),
  }
}

function showWriter(writer: Writer): WriterShown {
  return {
    client: writer.client,
    key: keyToText(writer.key),
    peers: writer.peers,
    agency: writer.agency,
    continues: writer.continues,
    office: writer.office === '' ? null : writer.office,
    role: writer.role,
    grants: writer.grants.map(({ ns, auds, rights, from, until }) => ({
      namespace: ns,
      audiences: auds,
      rights,
      from,
      closed: until === undefined ? null : { version: until.version, why: until.why },
    })),
  }
}

/** Keys and hashes as text, everything else as it stands in the change. */
function showChange(change: object): JsonObject {
  return JSON.parse(
    JSON.stringify(change, (_, value: unknown) => {
      if (!(value instanceof Uint8Array)) return value
      return value.length === 33 ? hashToText(value) : Buffer.from(value).toString('hex')
    }),
  )
}
