/** The feeds of samples/ as one catalogue in memory, each in the namespace of its agency. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Catalogue, readFeed } from '@mulu/registry-core'
import { testSigner } from '../../packages/registry-core/testing/crypto.ts'
import { openReplica, TestFederation } from '../../packages/registry-core/testing/federation.ts'

const FEEDS = [
  ['cn', 'cn-portals/cn_portals.jsonl'],
  ['cms', 'dcat-us/cms.json'],
  ['consumerfinance', 'dcat-us/consumerfinance.json'],
  ['dhs', 'dcat-us/dhs.json'],
  ['dol', 'dcat-us/dol.json'],
  ['energy', 'dcat-us/energy.json'],
  ['gsa', 'dcat-us/gsa.json'],
  ['opm', 'dcat-us/opm.json'],
] as const

export type SampleCatalogue = {
  readonly catalogue: Catalogue
  /** The id of the record that a feed calls so; undefined when it has none. */
  readonly idOf: (feed: string, identifier: string) => string | undefined
}

/** Reads and writes all feeds; some seconds. */
export async function openSampleCatalogue(): Promise<SampleCatalogue> {
  const federation = TestFederation.found(
    FEEDS.map(([agency], at) => ({ seed: at + 1, agency: agency.toUpperCase() })),
  )
  const { registry } = await openReplica(federation)
  const ids = new Map<string, string>()
  for (const [at, [name, file]] of FEEDS.entries()) {
    const ns = at + 1
    const feed = readFeed(sampleText(file), 'auto', { hash: sha256 })
    const candidates = [...feed.entries()].flatMap((entry) =>
      'candidate' in entry ? [entry.candidate] : [],
    )
    registry.setAuthor({ client: ns, signer: testSigner(ns) })
    await registry.write({
      ns,
      aud: 1,
      actor: 'relevance',
      note: { reason: 'import' },
      changes: candidates.map(({ kind, local, fields }) => ({
        rec: `${kind}/${local}`,
        set: fields,
        remove: [],
      })),
    })
    for (const { kind, local, identifier } of candidates) {
      ids.set(`${name} ${identifier}`, `${ns}/${kind}/${local}`)
    }
  }
  return {
    catalogue: registry.catalogue,
    idOf: (feed, identifier) => ids.get(`${feed} ${identifier}`),
  }
}

function sampleText(name: string): string {
  return readFileSync(new URL(`../../samples/${name}`, import.meta.url), 'utf8')
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}
