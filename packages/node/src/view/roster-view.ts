/** `GET /roster`: agencies, namespaces, writers and how the roster came to be. */
import {
  hashToText,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  keyToText,
  type Roster,
  toHex,
  type Writer,
} from '@mulu/registry-core'
import type { NodeCore } from '../core.ts'
import { agencyView } from './agency-view.ts'

/** The roster; empty while none is here. */
export function rosterView(core: NodeCore): object {
  const { roster, rosters } = core.registry
  const state = roster?.state
  return {
    version: roster?.version ?? 0,
    hash: roster === undefined ? '' : hashToText(roster.hash),
    federation: core.config.federation,
    roots: {
      threshold: state?.roots.threshold ?? 0,
      keys: (state?.roots.keys ?? []).map(keyToText),
    },
    agencies: [...(state?.agencies.values() ?? [])].map(agencyView),
    namespaces: [...(state?.namespaces.values() ?? [])].map(({ id, owners }) => ({
      id,
      agency: owners.at(-1)?.agency ?? 0,
      sinceVersion: owners.at(-1)?.from ?? 0,
    })),
    writers: [...(state?.writers.values() ?? [])].map(writerView),
    history: rosters.map(versionView).reverse(),
  }
}

function writerView(writer: Writer): object {
  return {
    client: writer.client,
    key: keyToText(writer.key),
    peers: writer.peers,
    agency: writer.agency,
    office: writer.office === '' ? null : writer.office,
    role: writer.role,
    grants: writer.grants.map(({ ns, auds, rights, from, until }) => ({
      namespace: ns,
      audiences: auds,
      rights,
      from,
      closed: until === undefined ? null : plain(until),
    })),
  }
}

function versionView(roster: Roster): object {
  return {
    version: roster.version,
    stampMs: roster.stampMs,
    hash: hashToText(roster.hash),
    signatures: roster.signatures,
    changes: roster.changes.map(plain),
  }
}

/** Bytes as hexadecimal text, everything else as it is. */
function plain(value: object): JsonObject {
  const text = JSON.stringify(value, (_, each: unknown) =>
    each instanceof Uint8Array ? toHex(each) : each,
  )
  const parsed = JSON.parse(text) as JsonValue
  return isJsonObject(parsed) ? parsed : {}
}
