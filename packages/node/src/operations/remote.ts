/** The same operations over the local API of a running node. */
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { ERRORS, type ErrorCode, MuluError, parseRecordId } from '@mulu/registry-core'
import type { ExportedBundle } from '../bundle/export-bundle.ts'
import type { BundleReport } from '../bundle/import-bundle.ts'
import type { OrphanShown } from '../federation/adopt.ts'
import type { OrderTaken } from '../federation/agency-orders.ts'
import type { Erased } from '../federation/erase.ts'
import type { ImportReport } from '../feed/import-feed.ts'
import { readAccessKey } from '../folder/access-key.ts'
import type { RunFile } from '../folder/run-file.ts'
import type { ScrubStatus } from '../scrub/scrub-status.ts'
import type { ErasureStatus } from '../status/erasures.ts'
import { heldOfText } from '../status/held-part.ts'
import type { NodeStatus } from '../status/node-status.ts'
import type { Operations, PruneReport } from './operations.ts'
import type { Reindexed } from './reindex.ts'
import type { SubscribeReport } from './subscribe.ts'
import type { Verification } from './verify.ts'

type Line = {
  readonly progress?: { readonly done: number; readonly total: number }
  readonly report?: unknown
  readonly error?: Problem
}
type Problem = { readonly code?: string; readonly details?: Record<string, unknown> }
type Progress = ((done: number, total: number) => void) | undefined

/**
 * Operations of the node that `run.json` names, or undefined when it is not that node that
 * answers: a port may have gone to somebody else, who must not be sent the access key.
 */
export async function remoteOperations(
  run: RunFile,
  writerKey: string,
): Promise<Operations | undefined> {
  if (!(await isOwnNode(run, writerKey))) return undefined
  const key = await readAccessKey(run.accessKey)
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, run.url), {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
    })
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const headers = { 'content-type': 'application/json' }
    return json<T>(await call(path, { method: 'POST', body: JSON.stringify(body), headers }))
  }
  return {
    status: async () => json(await call('/api/v1/status')),
    importFeed: async ({ bytes, format, source, dryRun, onProgress }) => {
      const query = new URLSearchParams({ format, ...(source === undefined ? {} : { source }) })
      if (dryRun) query.set('dryRun', '1')
      const init = { method: 'POST', body: Buffer.from(bytes), headers: NDJSON }
      return (await lines(await call(`/api/v1/imports?${query}`, init), onProgress)) as ImportReport
    },
    verify: async (onProgress) => {
      const response = await call('/api/v1/verify', { method: 'POST', headers: NDJSON })
      return (await lines(response, onProgress)) as Verification
    },
    scrub: async (onProgress) => {
      const response = await call('/api/v1/scrub', { method: 'POST', headers: NDJSON })
      return (await lines(response, onProgress)) as ScrubStatus
    },
    prune: async (dryRun, onProgress) => {
      const query = dryRun ? '?dryRun=1' : ''
      const response = await call(`/api/v1/prunings${query}`, { method: 'POST', headers: NDJSON })
      return (await lines(response, onProgress)) as PruneReport
    },
    subscribe: async ({ dryRun, ...order }) => {
      const init = {
        method: 'POST',
        body: JSON.stringify(order),
        headers: { ...NDJSON, 'content-type': 'application/json' },
      }
      const query = dryRun ? '?dryRun=1' : ''
      const response = await call(`/api/v1/subscription${query}`, init)
      return (await lines(response, undefined)) as SubscribeReport
    },
    held: async () => (await json<NodeStatus>(await call('/api/v1/status'))).asOf.share.held,
    evidence: async (record, snapshot) => {
      const { ns, kind, local } = parseRecordId(record)
      const path = `/api/v1/records/${ns}/${encodeURIComponent(kind)}/${encodeURIComponent(local)}`
      const query = new URLSearchParams(snapshot === undefined ? {} : { snapshot })
      const response = await call(`${path}/evidence?${query}`)
      if (!response.ok) throw await refusal(response)
      return new Uint8Array(await response.arrayBuffer())
    },
    snapshot: () => post('/api/v1/snapshots', {}),
    erase: async (order, onProgress) => {
      const init = {
        method: 'POST',
        body: JSON.stringify(order),
        headers: { ...NDJSON, 'content-type': 'application/json' },
      }
      return (await lines(await call('/api/v1/erasures', init), onProgress)) as Erased
    },
    erasures: async () =>
      (await json<{ items: readonly ErasureStatus[] }>(await call('/api/v1/erasures'))).items,
    reindex: async (onProgress) => {
      const response = await call('/api/v1/reindex', { method: 'POST', headers: NDJSON })
      return (await lines(response, onProgress)) as Reindexed
    },
    exportLines: async function* exportLines() {
      const response = await call('/api/v1/export?format=jsonl')
      if (!response.ok || response.body === null) throw await refusal(response)
      for await (const line of linesOf(response)) yield `${line}\n`
    },
    ...bundleOperations(call),
    ticket: async () => (await json<{ ticket: string }>(await call('/api/v1/ticket'))).ticket,
    admit: (requests, rights) => post('/api/v1/admissions', { requests, rights }),
    ...rosterOperations(post, async (path) => json(await call(path))),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

type Call = (path: string, init?: RequestInit) => Promise<Response>

function bundleOperations(
  call: Call,
): Pick<Operations, 'exportBundle' | 'importBundle' | 'backup'> {
  return {
    backup: async ({ passphrase, since }) => {
      const response = await call('/api/v1/backup', {
        method: 'POST',
        headers: { ...OCTETS, ...passphraseHeader(passphrase) },
        ...(since === undefined ? {} : streamed(since)),
      })
      return streamedAnswer(response)
    },
    exportBundle: async ({ to, all, since, encrypt }) => {
      const query = new URLSearchParams(to === undefined ? {} : { to })
      if (all === true) query.set('all', '1')
      if (encrypt !== undefined) query.set('encrypt', encrypt === 'key' ? 'key' : 'passphrase')
      const passphrase = typeof encrypt === 'object' ? encrypt.passphrase : undefined
      const response = await call(`/api/v1/bundles/export?${query}`, {
        method: 'POST',
        headers: { ...OCTETS, ...passphraseHeader(passphrase) },
        ...(since === undefined ? {} : streamed(since)),
      })
      return streamedAnswer(response)
    },
    importBundle: async ({ source, passphrase, bytes, onProgress }) => {
      const length = bytes === undefined ? {} : { 'mulu-bytes': String(bytes) }
      const response = await call('/api/v1/bundles', {
        method: 'POST',
        headers: { ...NDJSON, ...passphraseHeader(passphrase), ...length },
        ...streamed(source),
      })
      return (await lines(response, onProgress)) as BundleReport
    },
  }
}

/** A bundle that is made while it is read. */
async function streamedAnswer(response: Response): Promise<ExportedBundle> {
  if (!response.ok || response.body === null) throw await refusal(response)
  const header = (name: string): number => Number(response.headers.get(name) ?? 0)
  return {
    commits: header('mulu-commits'),
    to: header('mulu-to'),
    sinceMs: header('mulu-since') || null,
    held: heldOfText(response.headers.get('mulu-held')),
    chunks: Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
  }
}

/** A body that is sent as it is read. */
function streamed(body: AsyncIterable<Uint8Array>): RequestInit {
  return {
    body: body as unknown as NonNullable<RequestInit['body']>,
    duplex: 'half',
  } as RequestInit
}

function passphraseHeader(passphrase: string | undefined): Record<string, string> {
  if (passphrase === undefined) return {}
  return { 'mulu-passphrase': Buffer.from(passphrase).toString('base64url') }
}

type RosterOperations = Pick<
  Operations,
  | 'propose'
  | 'draftOrders'
  | 'takeOrders'
  | 'orders'
  | 'publish'
  | 'profile'
  | 'chooseRoster'
  | 'handover'
  | 'revoke'
  | 'orphans'
  | 'adopt'
>

function rosterOperations(
  post: <T>(path: string, body: unknown) => Promise<T>,
  get: <T>(path: string) => Promise<T>,
): RosterOperations {
  return {
    propose: async (orders) =>
      `${JSON.stringify(await post('/api/v1/roster/proposals', orders), null, 1)}\n`,
    publish: (texts, profile) =>
      post('/api/v1/roster/versions', { proposals: texts.map(parse), profile }),
    draftOrders: async (wanted) =>
      `${JSON.stringify(await post('/api/v1/orders/drafts', wanted), null, 1)}\n`,
    takeOrders: async (text) =>
      (
        await post<{ items: readonly OrderTaken[] }>(
          '/api/v1/orders',
          parseAs('MULU_ORDER_SHAPE', text),
        )
      ).items,
    orders: () => get('/api/v1/orders'),
    profile: () => get('/api/v1/profile'),
    chooseRoster: async (hash) => {
      await post('/api/v1/roster/choice', { hash })
    },
    handover: () => get('/api/v1/handover'),
    revoke: (wanted) => post('/api/v1/revocations', wanted),
    orphans: async ({ writer }) =>
      (await get<{ items: readonly OrphanShown[] }>(`/api/v1/orphans?writer=${writer}`)).items,
    adopt: (filter) => post('/api/v1/adoptions', filter),
  }
}

async function isOwnNode(run: RunFile, writerKey: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const response = await fetch(new URL('/api/v1/status', run.url), { signal })
    const status = (await response.json()) as { readonly writer?: { readonly key?: unknown } }
    return status.writer?.key === writerKey
  } catch {
    // Nobody answers, or nobody who speaks our API: the store itself is tried instead.
    return false
  }
}

const ANSWER_TIMEOUT_MS = 10_000
const OCTETS = { 'content-type': 'application/octet-stream' }
const NDJSON = { accept: 'application/x-ndjson', 'content-type': 'application/octet-stream' }

function parse(text: string): unknown {
  return parseAs('MULU_PROPOSAL_SHAPE', text)
}

function parseAs(code: ErrorCode, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MuluError(code, { cause, details: { reason: 'not JSON' } })
  }
}

async function json<T>(response: Response): Promise<T> {
  if (!response.ok) throw await refusal(response)
  return (await response.json()) as T
}

async function lines(response: Response, onProgress: Progress): Promise<unknown> {
  if (!response.ok || response.body === null) throw await refusal(response)
  for await (const text of linesOf(response)) {
    const line = JSON.parse(text) as Line
    if (line.progress !== undefined) onProgress?.(line.progress.done, line.progress.total)
    if (line.error !== undefined) throw toError(line.error)
    if (line.report !== undefined) return line.report
  }
  throw new MuluError('MULU_INTERNAL', { details: { reason: 'The node broke off its answer.' } })
}

function linesOf(response: Response): AsyncIterable<string> {
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
  return createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })
}

async function refusal(response: Response): Promise<MuluError> {
  const problem = await response.json().catch(() => ({}))
  return toError(problem as Problem)
}

function toError(problem: Problem): MuluError {
  const code = Object.hasOwn(ERRORS, problem.code ?? '')
    ? (problem.code as ErrorCode)
    : 'MULU_INTERNAL'
  return new MuluError(code, { details: problem.details ?? {} })
}
