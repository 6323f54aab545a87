/** Texts that people and programs send: feeds of each format, queries, cursors, ids. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Request } from 'express'
import fc from 'fast-check'
import { API_PATHS, apiPath, LIST_PARAMETERS } from '../../packages/node/src/http/api-paths.ts'
import { readQuery } from '../../packages/node/src/http/read-query.ts'
import { utf8 } from '../../packages/registry-core/src/encoding/bytes.ts'
import type { Candidate } from '../../packages/registry-core/src/exchange/candidate.ts'
import { readFeed } from '../../packages/registry-core/src/exchange/feed.ts'
import { recordToLine } from '../../packages/registry-core/src/exchange/mulu-jsonl.ts'
import { parseSlotKey, slotKey } from '../../packages/registry-core/src/record/path.ts'
import {
  parseRecordId,
  recOf,
  recordIdText,
} from '../../packages/registry-core/src/record/record-id.ts'
import {
  decodeCursor,
  encodeCursor,
  SORTS,
} from '../../packages/registry-core/src/search/cursor.ts'
import { bytesOf, coded, textOf, wantEqual } from '../promises.ts'
import type { Fate, Target } from '../target.ts'

const hash = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(bytes).digest())

function sample(name: string): string {
  return readFileSync(new URL(`../../samples/${name}`, import.meta.url), 'utf8')
}

/** A few records of a real catalogue, small enough that mutation reaches every member. */
function dcatSamples(): readonly string[] {
  return ['gsa', 'energy', 'opm'].map((agency) => {
    const catalogue = JSON.parse(sample(`dcat-us/${agency}.json`)) as { dataset: unknown[] }
    return JSON.stringify({ ...catalogue, dataset: catalogue.dataset.slice(0, 2) })
  })
}

const PORTALS = sample('cn-portals/cn_portals.jsonl').split('\n').slice(0, 12)

type Format = 'auto' | 'dcat-us' | 'jsonl'

/** The good records of a feed; the bad ones are walked past, as an import does. */
function candidatesOf(text: string, format: Format): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const entry of readFeed(text, format, { hash }).entries()) {
    if ('candidate' in entry) candidates.push(entry.candidate)
  }
  return candidates
}

function ownLines(): string {
  return candidatesOf(dcatSamples()[0] ?? '', 'auto')
    .map((each) => recordToLine({ ...each, id: `1/${each.kind}/${each.local}` }))
    .join('')
}

function feedTarget(name: string, corpus: readonly string[], format: Format): Target {
  return {
    name,
    corpus: bytesOf(...corpus),
    share: 1 / 4,
    shaped: fc.json({ maxDepth: 8 }).map((text) => utf8(`{"dataset":[${text}]}`)),
    read: (input) => readTwice(textOf(input), format),
  }
}

/** What a feed gives comes back the same from our own lines, unless a value is over a limit there. */
function readTwice(text: string, format: Format): Fate {
  return coded(
    () => candidatesOf(text, format),
    (candidates) => {
      if (candidates.length === 0) return
      const lines = candidates.map((each) =>
        recordToLine({ ...each, id: `1/${recOf({ ns: 1, ...each })}` }),
      )
      const again = candidatesOf(lines.join(''), 'jsonl')
      wantEqual(again.map(shown), candidates.map(shown), 'the feed')
    },
  )
}

function shown(candidate: {
  readonly kind: string
  readonly local: string
  readonly fields: object
}) {
  const fields = Object.entries(candidate.fields).sort(([a], [b]) => (a < b ? -1 : 1))
  return [candidate.kind, candidate.local, sorted(fields)]
}

/** Keys in order at every depth, since our own lines are canonical. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)])
}

const cursor: Target = {
  name: 'cursor',
  corpus: bytesOf(
    encodeCursor('title', { key: { text: '河流水位', numbers: [7] }, weights: [] }),
    encodeCursor('modified', { key: { text: '', numbers: [-1_700_000_000_000, 3] }, weights: [] }),
    encodeCursor('relevance', { key: { text: '', numbers: [1, 0.5] }, weights: [2.5, 1] }),
  ),
  shaped: fc.uint8Array({ maxLength: 64 }).map((b) => utf8(Buffer.from(b).toString('base64url'))),
  read: (input) => {
    const fates = SORTS.map((sort) =>
      coded(
        () => decodeCursor(textOf(input), sort),
        (key) => wantEqual(decodeCursor(encodeCursor(sort, key), sort), key, 'the cursor'),
      ),
    )
    return fates.includes('taken') ? 'taken' : 'refused'
  },
}

const LISTING = apiPath('get', '/api/v1/records')
const REQUEST_LINE_MAX = 16_384
const QUERIES = [
  'q=%E6%B0%B4+rivers&kind=resource,service&agency=1&sort=title&limit=100',
  'region=440000&theme=A01&sharing=open&format=csv&state=all&after=g2Vtb2RpZmllZA',
  'q=水&kind=resource',
  'limit=1&limit=2&q=a&q=b&nothing=1',
  '__proto__=1&constructor=2&q[]=3&%ff=%fe',
]

const query: Target = {
  name: 'query',
  corpus: bytesOf(...QUERIES),
  shaped: fc
    .array(fc.tuple(fc.constantFrom(...LIST_PARAMETERS.map((row) => row.name)), fc.string()))
    .map((pairs) => utf8(new URLSearchParams(pairs.map(([k, v]) => [k, v])).toString())),
  read: (input) => {
    // Node reads no longer request line than this.
    const text = textOf(input).slice(0, REQUEST_LINE_MAX)
    const other = API_PATHS[input.length % API_PATHS.length] ?? LISTING
    const fates = [LISTING, other].map((declared) => {
      const originalUrl = `${declared.path}?${text}`
      return coded(() => readQuery({ originalUrl } as Request, declared))
    })
    return fates.includes('taken') ? 'taken' : 'refused'
  },
}

const names: Target = {
  name: 'names',
  corpus: bytesOf(
    '1/resource/a1',
    '4294967295/service/x.y:z-1%20',
    'title/zh-Hans@7.12',
    'distributions/a1@4294967295.281474976710655',
  ),
  read: (input) => {
    const text = textOf(input)
    const key = parseSlotKey(text)
    if (key !== undefined) wantEqual(slotKey(key.path, key.client, key.seq), text, 'the slot key')
    const fate = coded(
      () => parseRecordId(text),
      (id) => wantEqual(recordIdText(id.ns, recOf(id)), text, 'the record id'),
    )
    return key === undefined ? fate : 'taken'
  },
}

/** The targets. */
export const TEXT_TARGETS: readonly Target[] = [
  feedTarget('feed-dcat-us', dcatSamples(), 'auto'),
  feedTarget('feed-cn-portals', PORTALS, 'jsonl'),
  feedTarget('feed-mulu-jsonl', [ownLines()], 'jsonl'),
  cursor,
  query,
  names,
]
