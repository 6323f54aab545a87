/**
 * Every address of the API with its parameters: the query parser refuses what is not here, and
 * the OpenAPI document is made from it.
 */
import { FILTERS, SORTS } from '@mulu/registry-core'
import { EMPTY_SEARCH_DAYS_MAX } from '../store/empty-searches.ts'

/** A query parameter. */
export type Parameter = {
  readonly name: string
  readonly description: string
  readonly schema: Readonly<Record<string, unknown>>
  /** Whether several values may be given, repeated or with commas. */
  readonly many?: boolean
}

/** One address and method. */
export type ApiPath = {
  readonly method: 'get' | 'post' | 'put' | 'patch'
  /** With `:name` for path parameters. */
  readonly path: string
  readonly summary: string
  readonly query: readonly Parameter[]
  readonly needsKey: boolean
  readonly produces: string
  /** Whether the answer tells what the node had heard, as `asOf`. */
  readonly isAsOf?: true
}

const TEXT = { type: 'string' }
const WRITER = { type: 'integer', minimum: 1, maximum: 0xffffffff }
const JSON_TYPE = 'application/json'
const BYTES_TYPE = 'application/octet-stream'

const filter = (name: string, description: string): Parameter => ({
  name,
  description,
  schema: TEXT,
  many: true,
})

/** Parameters of a listing. */
export const LIST_PARAMETERS: readonly Parameter[] = [
  { name: 'q', description: 'Words that all have to match', schema: TEXT },
  ...FILTERS.map(({ name, description }) => filter(name, description)),
  {
    name: 'sort',
    description: 'Order of the result',
    schema: { type: 'string', enum: SORTS },
  },
  {
    name: 'limit',
    description: 'Records on a page',
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  },
  { name: 'after', description: 'Cursor: `next` of the page before', schema: TEXT },
]

/** Parameters of a saved search; feeds have an order of their own. */
const FEED_PARAMETERS: readonly Parameter[] = [
  ...LIST_PARAMETERS.filter(({ name }) => name !== 'sort' && name !== 'limit'),
  {
    name: 'limit',
    description: 'Entries of the feed',
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
  },
  {
    name: 'lang',
    description: 'Language of titles where a record has several; that of the request by default',
    schema: { type: 'string', enum: ['zh-Hans', 'en'] },
  },
]

const RECORD = '/api/v1/records/:ns/:kind/:local'

const MOMENT = 'a day (to its end in UTC), a time with zone, the id of a snapshot, or heads'
const AS_OF: Parameter = { name: 'asOf', description: `As it was: ${MOMENT}`, schema: TEXT }

function read(path: string, summary: string, query: readonly Parameter[] = []): ApiPath {
  return { method: 'get', path, summary, query, needsKey: false, produces: JSON_TYPE }
}

/** A reading that also tells what the node had heard. */
function asOf(path: ApiPath): ApiPath {
  return { ...path, isAsOf: true }
}

function write(
  method: ApiPath['method'],
  path: string,
  summary: string,
  query: readonly Parameter[] = [],
  produces: string = JSON_TYPE,
): ApiPath {
  return { method, path, summary, query, needsKey: true, produces }
}

const DRY_RUN: Parameter = {
  name: 'dryRun',
  description: '1: only count',
  schema: { type: 'string', enum: ['1'] },
}
const CONCURRENT: Parameter = {
  name: 'concurrent',
  description: 'Write beside values the base did not show; both then stand as a conflict',
  schema: { type: 'string', enum: ['1'] },
}

const BUNDLE_PARAMETERS: readonly Parameter[] = [
  { name: 'to', description: 'Writer number, peer id or agency code', schema: TEXT },
  {
    name: 'all',
    description: '1: everything, whatever the receiver has',
    schema: { type: 'string', enum: ['1'] },
  },
  {
    name: 'encrypt',
    description: 'To the key of the receiver, or with the passphrase of the header',
    schema: { type: 'string', enum: ['key', 'passphrase'] },
  },
]

/** The whole API. */
export const API_PATHS: readonly ApiPath[] = [
  asOf(read('/api/v1/status', 'This node, its federation, heads, catalogue and peers')),
  read('/api/v1/peers', 'All nodes of the roster as this one sees them'),
  asOf(read('/api/v1/agencies', 'Agencies with the counts of their records')),
  read('/api/v1/roster', 'Members, grants and the history of the roster'),
  read(
    '/api/v1/orders',
    'Administrator keys of agencies, their orders, and why one does not count',
  ),
  read('/api/v1/profile', 'The profile that the roster names'),
  asOf(
    read('/api/v1/records', 'Search and list records, with counts', [...LIST_PARAMETERS, AS_OF]),
  ),
  read('/api/v1/suggestions', 'What somebody who is typing may want: names, keywords, records', [
    { name: 'q', description: 'What is typed so far', schema: TEXT },
  ]),
  write('get', '/api/v1/empty-searches', 'What was looked for in vain, by words and days', [
    {
      name: 'days',
      description: 'Days to look back, today included',
      schema: { type: 'integer', minimum: 1, maximum: EMPTY_SEARCH_DAYS_MAX, default: 30 },
    },
  ]),
  asOf(read(RECORD, 'One record', [AS_OF])),
  read(`${RECORD}/provenance`, 'For every field who set it, when, where and in which commit', [
    AS_OF,
  ]),
  read(`${RECORD}/history`, 'All commits that touched the record, newest first', [AS_OF]),
  read(`${RECORD}/conflicts`, 'Fields with several values', [AS_OF]),
  read('/api/v1/differences', 'What changed between two moments, agency by agency', [
    {
      name: 'from',
      description: `The earlier moment, a week ago by default: ${MOMENT}`,
      schema: TEXT,
    },
    { name: 'to', description: 'The later one; now by default', schema: TEXT },
    {
      name: 'agency',
      description: 'Only that of this number',
      schema: { type: 'integer', minimum: 1, maximum: 0xffffffff },
    },
  ]),
  read(`${RECORD}/related`, 'Published records that share its rarest words, theme or agency', [
    {
      name: 'limit',
      description: 'Records at most',
      schema: { type: 'integer', minimum: 1, maximum: 20, default: 6 },
    },
  ]),
  write(
    'get',
    `${RECORD}/evidence`,
    'A file with which anybody can check it, also that there is no such record',
    [
      {
        name: 'snapshot',
        description: 'Id, or its start, of the snapshot to prove it by; else the newest one',
        schema: TEXT,
      },
    ],
    BYTES_TYPE,
  ),
  {
    ...read('/api/v1/changes', 'Records changed since a time, as lines of JSON', [
      { name: 'after', description: 'Cursor: `next` of the last line', schema: TEXT },
    ]),
    produces: 'application/x-ndjson',
  },
  {
    ...read('/feed.atom', 'A search as an Atom feed, the newest change first', FEED_PARAMETERS),
    produces: 'application/atom+xml',
  },
  write('post', '/api/v1/records', 'Make a record'),
  write('patch', RECORD, 'Change fields of a record (If-Match)', [CONCURRENT]),
  write('put', RECORD, 'Replace all fields of a record (If-Match)', [CONCURRENT]),
  write('post', '/api/v1/imports', 'Import a feed', [
    DRY_RUN,
    {
      name: 'format',
      description: 'Format of the feed',
      schema: { type: 'string', enum: ['auto', 'dcat-us', 'jsonl'] },
    },
    { name: 'source', description: 'Name of the source, for stable ids', schema: TEXT },
  ]),
  write(
    'post',
    '/api/v1/backup',
    'Back up everything but keys; a body is the beginning of a part, what that has is left out',
    [],
    BYTES_TYPE,
  ),
  write('post', '/api/v1/bundles', 'Bring a bundle in'),
  write(
    'post',
    '/api/v1/bundles/export',
    'Make a bundle; a body is the beginning of one, whose maker needs no more of what it had',
    BUNDLE_PARAMETERS,
    BYTES_TYPE,
  ),
  write(
    'post',
    '/api/v1/bundles/downloads',
    'Prepare a bundle: its name, how many commits, and the address that fetches it once',
    BUNDLE_PARAMETERS,
  ),
  {
    ...read('/api/v1/bundles/downloads/:ticket', 'Fetch a prepared bundle, once'),
    produces: BYTES_TYPE,
  },
  write('post', '/api/v1/admissions', 'Sign the next roster with join requests'),
  write('post', '/api/v1/roster/proposals', 'Propose the next roster, for root holders to sign'),
  write('post', '/api/v1/roster/versions', 'Publish a roster that enough root keys have signed'),
  write('post', '/api/v1/roster/choice', 'Choose between two rosters of one version'),
  write('post', '/api/v1/orders', 'Take signed orders of an agency in'),
  write(
    'post',
    '/api/v1/orders/drafts',
    'Draw up orders that admit newcomers, for an agency to sign',
  ),
  write(
    'post',
    '/api/v1/revocations',
    'End a writer at a position of its logs: what root holders or its agency are to sign',
  ),
  write('post', '/api/v1/adoptions', 'Take orphaned work of a writer over'),
  write('get', '/api/v1/orphans', 'Work of a writer that does not count any more', [
    {
      name: 'writer',
      description: 'Number of the writer',
      schema: WRITER,
    },
  ]),
  write('get', '/api/v1/handover', 'How far the own logs go, for the key that continues them'),
  write('get', '/api/v1/ticket', 'A join ticket'),
  read('/api/v1/erasures', 'Orders of erasure, and which nodes have carried them out'),
  write('post', '/api/v1/erasures', 'Erase a field of a record by a lawful order'),
  write('post', '/api/v1/snapshots', 'Sign a snapshot for witnesses to agree to'),
  write('post', '/api/v1/verify', 'Re-check everything from the logs'),
  write('post', '/api/v1/scrub', 'Read the whole store through for rot, and mend what can be'),
  write('post', '/api/v1/prunings', 'Drop superseded values that another node keeps', [DRY_RUN]),
  write(
    'post',
    '/api/v1/subscription',
    'Hold a part of the catalogue: agencies and regions beside the own agency; or all',
    [DRY_RUN],
  ),
  write('post', '/api/v1/reindex', 'Build the search index anew while the node serves'),
  write(
    'get',
    '/api/v1/export',
    'All records as lines of JSON',
    [{ name: 'format', description: 'Format', schema: { type: 'string', enum: ['jsonl'] } }],
    'application/x-ndjson',
  ),
]

/** The declaration of an address; a route that is not declared is a bug. */
export function apiPath(method: ApiPath['method'], path: string): ApiPath {
  const found = API_PATHS.find((row) => row.method === method && row.path === path)
  if (found === undefined) throw new Error(`Undeclared route ${method} ${path}`)
  return found
}
