/** A founded node in a folder of its own, with its app on a free port. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Clock, systemClock } from '../src/clock.ts'
import { foundFederation } from '../src/federation/found.ts'
import { readAccessKey } from '../src/folder/access-key.ts'
import { dataFolder } from '../src/folder/data-folder.ts'
import { type AppOptions, createApp } from '../src/http/app.ts'
import { listen } from '../src/http/server.ts'
import type { NodeContext } from '../src/node-context.ts'
import { openNode } from '../src/open-node.ts'
import { PROFILES } from '../src/store/profiles.ts'

export const AGENCY = {
  code: 'CN-TEST',
  names: { 'zh-Hans': '测试中心', en: 'Test Office' },
  region: '440000',
}

/** An answer with its body read as JSON, or as text where it is none. */
export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any
}

export type TestNode = {
  readonly dir: string
  readonly context: NodeContext
  readonly url: string
  readonly key: string
  /** Lines that the node logged. */
  readonly logged: readonly string[]
  readonly get: (path: string, init?: RequestInit) => Promise<Answer>
  /** The same with the access key. */
  readonly own: (path: string, init?: RequestInit) => Promise<Answer>
  readonly close: () => Promise<void>
}

/** Makes a temporary folder; the second value removes it. */
export async function tempDir(): Promise<readonly [string, () => Promise<void>]> {
  const dir = await mkdtemp(join(tmpdir(), 'mulu-test-'))
  return [dir, () => rm(dir, { recursive: true, force: true })]
}

/** Founds a federation of one in `dir`. */
export async function foundIn(dir: string): Promise<void> {
  await foundFederation(
    {
      dir,
      agency: AGENCY,
      office: '',
      name: 'Test federation',
      profile: PROFILES['cn-gov'],
      rootKeys: 3,
      threshold: 2,
    },
    systemClock,
  )
}

/** Founds and opens a node and serves its app. */
export async function createTestNode(options: AppOptions = {}): Promise<TestNode> {
  const [dir, remove] = await tempDir()
  await foundIn(dir)
  const served = await serveNode(dir, options)
  return {
    ...served,
    close: async () => {
      await served.close()
      await remove()
    },
  }
}

/** Opens the node of a folder and serves its app; closing leaves the folder. */
export async function serveNode(
  dir: string,
  options: AppOptions = {},
  clock: Clock = systemClock,
): Promise<TestNode> {
  const logged: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
  const node = await openNode(dir, clock, logger)
  const key = await readAccessKey(dataFolder(dir).accessKey)
  const server = await listen(createApp(node.context, key, options), '127.0.0.1', 0)
  const get = (path: string, init?: RequestInit): Promise<Answer> =>
    fetch(server.url + path, init).then(read)
  const own = (path: string, init: RequestInit = {}): Promise<Answer> =>
    get(path, { ...init, headers: { authorization: `Bearer ${key}`, ...init.headers } })
  const close = async (): Promise<void> => {
    await server.close()
    await node.close()
  }
  return { dir, context: node.context, url: server.url, key, logged, get, own, close }
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  const isLines = (response.headers.get('content-type') ?? '').includes('ndjson')
  const body: unknown = isLines ? linesOf(text) : isJson ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, text, body }
}

/** Lines of JSON as values. */
export function linesOf(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}

/** A request with a JSON body. */
export function json(method: string, body: unknown, headers: Record<string, string> = {}) {
  return {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}

/** A dataset of a DCAT-US feed. */
export function dataset(identifier: string, more: object = {}): object {
  return {
    '@type': 'dcat:Dataset',
    identifier,
    title: `Dataset ${identifier}`,
    description: `About ${identifier}`,
    accessLevel: 'public',
    keyword: ['water', 'rivers'],
    modified: '2024-03-01',
    publisher: { '@type': 'org:Organization', name: 'Bureau' },
    contactPoint: { '@type': 'vcard:Contact', fn: 'Desk', hasEmail: 'mailto:desk@example.org' },
    distribution: [
      {
        '@type': 'dcat:Distribution',
        downloadURL: 'https://example.org/a.csv',
        mediaType: 'text/csv',
      },
    ],
    ...more,
  }
}

/** A DCAT-US feed. */
export function feed(...datasets: readonly object[]): string {
  return JSON.stringify({ '@type': 'dcat:Catalog', dataset: datasets })
}

/** Fields of a small record. */
export const FIELDS = {
  'title/en': 'River levels',
  'title/zh-Hans': '河流水位',
  'description/en': 'Levels of all rivers.',
  state: 'published',
  sharing: { type: 'unconditional' },
  openness: { type: 'open' },
}
