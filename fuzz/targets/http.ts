/** Requests to a running app over the loopback: bodies, queries, headers, paths. */
import { Agent, request as httpRequest } from 'node:http'
import {
  createTestNode,
  dataset,
  FIELDS,
  feed,
  type TestNode,
} from '../../packages/node/test/test-node.ts'
import { utf8 } from '../../packages/registry-core/src/encoding/bytes.ts'
import { ERRORS } from '../../packages/registry-core/src/errors.ts'
import type { Fate, OpenTarget } from '../target.ts'

/** First line `METHOD path`, then headers, an empty line, and the body; as bytes. */
function rawRequest(line: string, headers: readonly string[], body: string): Uint8Array {
  return utf8([line, ...headers, '', body].join('\n'))
}

/** The campaign is about reading; rates have their own tests. */
const UNBOUNDED = { perSecond: 1e9, burst: 1e9 }
const JSON_BODY = ['content-type: application/json']
const STALE = ['if-match: "00000000000000000000000000000000"']

function corpus(): readonly Uint8Array[] {
  const fields = JSON.stringify({ kind: 'resource', set: FIELDS, reason: 'new' })
  return [
    rawRequest('POST /api/v1/records', JSON_BODY, fields),
    rawRequest(
      'PATCH /api/v1/records/1/resource/a',
      [...JSON_BODY, ...STALE],
      '{"set":{"title/en":"x"}}',
    ),
    rawRequest(
      'PUT /api/v1/records/1/resource/a',
      [...JSON_BODY, ...STALE],
      '{"fields":{"title/en":"x"}}',
    ),
    rawRequest('POST /api/v1/imports?dryRun=1', [], feed(dataset('a'), dataset('b'))),
    rawRequest(
      'POST /api/v1/imports?format=jsonl&source=s',
      [],
      '{"id":"1/a/b","kind":"resource"}',
    ),
    rawRequest('POST /api/v1/admissions', JSON_BODY, '{"requests":[{}],"rights":["describe"]}'),
    rawRequest('GET /api/v1/records?q=water&sort=title&limit=5&after=g2V0', [], ''),
    rawRequest('GET /api/v1/changes?after=000000000000-1/resource/a', [], ''),
    rawRequest('GET /api/v1/records/1/resource/a/history', ['accept: text/html'], ''),
    rawRequest(
      'POST /api/v1/imports',
      ['content-encoding: gzip', 'content-type: text/x; charset=x'],
      'a',
    ),
  ]
}

/** Opens a node of its own; its app answers each request with success or a coded problem. */
export async function openHttpTarget(): Promise<OpenTarget> {
  const node = await createTestNode({ limits: { client: UNBOUNDED, key: UNBOUNDED } })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    name: 'http',
    corpus: corpus(),
    share: 1 / 100,
    read: (input) => ask(node, agent, input),
    close: async () => {
      agent.destroy()
      await node.close()
    },
  }
}

type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const TOKEN = /^[a-z0-9-]{1,64}$/
const TELLING_HEADERS = /^(?:content-type|content-encoding|if-match|accept|accept-encoding|range)$/

/** What a client could send of an input; what no client can is cut to what it can. */
function readAsked(input: Uint8Array): Asked {
  const end = headEnd(input)
  const [line = '', ...rest] = Buffer.from(input.subarray(0, end)).toString('latin1').split('\n')
  const [method = '', path = '/'] = line.split(' ')
  const headers: Record<string, string> = {}
  for (const row of rest) {
    const [name = '', ...value] = row.split(':')
    const text = value
      .join(':')
      .trim()
      .replace(/[^\x20-\x7e\x80-\xff]/g, '')
    if (TOKEN.test(name) && TELLING_HEADERS.test(name)) headers[name] = text
  }
  return {
    method: METHODS.includes(method) ? method : 'POST',
    path: `/${path.replace(/^\/+/, '').replace(/[^\x21-\x7e]/g, percent)}`.slice(0, 4_000),
    headers,
    body: input.subarray(end),
  }
}

function headEnd(input: Uint8Array): number {
  for (let i = 0; i + 1 < input.length; i++) {
    if (input[i] === 10 && input[i + 1] === 10) return i + 2
  }
  return input.length
}

/** A client writes other bytes of a path as percent and two digits. */
function percent(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`
}

async function ask(node: TestNode, agent: Agent, input: Uint8Array): Promise<Fate> {
  const asked = readAsked(input)
  const { status, type, text } = await send(node, agent, asked)
  if (status < 400) return 'taken'
  if (asked.method === 'HEAD') return 'refused'
  const code = type.startsWith('application/problem+json')
    ? (JSON.parse(text) as { readonly code?: string }).code
    : undefined
  if (code === undefined || !Object.hasOwn(ERRORS, code) || code === 'MULU_INTERNAL') {
    throw new Error(`${asked.method} ${asked.path} gave ${status} ${type}: ${text.slice(0, 200)}`)
  }
  return 'refused'
}

type Answer = { readonly status: number; readonly type: string; readonly text: string }

function send(node: TestNode, agent: Agent, asked: Asked): Promise<Answer> {
  const { hostname, port } = new URL(node.url)
  const { method, path, body } = asked
  const headers = {
    ...asked.headers,
    authorization: `Bearer ${node.key}`,
    'content-length': body.length,
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => void parts.push(part))
      response.once('error', reject)
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          text: Buffer.concat(parts).toString(),
        }),
      )
    })
    request.once('error', (error) => {
      // A connection that had been idle may close just when it is used again; a client then retries.
      if (request.reusedSocket) send(node, agent, asked).then(resolve, reject)
      else reject(error)
    })
    request.end(body)
  })
}
