/**
 * `config.json`: who this node is and where it listens. Version 1.
 *
 * | key | meaning |
 * |---|---|
 * | role | coordinator, agency or office |
 * | agency | code, names by language and region, as in the join request |
 * | office | name of the office; empty for a head office |
 * | federation | id and name; what the node pins |
 * | addresses | multiaddrs from the ticket |
 * | keeps | all, or live: superseded values are dropped; all where it is left out |
 * | actor | opaque token that stands in commits instead of a person |
 * | http, p2p | hosts and ports used last; a ticket is made from them while the node is stopped |
 */
import { type Labels, MuluError, type NodeRole } from '@mulu/registry-core'
import { Ajv } from 'ajv'
import type { DataFolder } from './data-folder.ts'
import { readIfThere, writeWhole } from './write-file.ts'

/** Where the HTTP server listens. */
export type HttpPlace = { readonly host: string; readonly port: number }
/** Where other nodes reach this one; `wsPort` 0 is for no WebSocket. */
export type PeerPlace = { readonly host: string; readonly port: number; readonly wsPort: number }

/** Which values a node keeps for ever: all, or those that are not superseded. */
export type Keeps = 'all' | 'live'

/** The content of config.json. */
export type NodeConfig = {
  readonly version: 1
  readonly role: NodeRole
  readonly agency: { readonly code: string; readonly names: Labels; readonly region: string }
  readonly office: string
  readonly federation: { readonly id: string; readonly name: string }
  readonly addresses: readonly string[]
  readonly actor: string
  readonly keeps?: Keeps
  readonly http: HttpPlace
  readonly p2p: PeerPlace
}

const PORT = { type: 'integer', minimum: 0, maximum: 65_535 }
const TEXT = { type: 'string', maxLength: 256 }
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: [
    'version',
    'role',
    'agency',
    'office',
    'federation',
    'addresses',
    'actor',
    'http',
    'p2p',
  ],
  properties: {
    version: { const: 1 },
    role: { enum: ['coordinator', 'agency', 'office'] },
    agency: {
      type: 'object',
      additionalProperties: false,
      required: ['code', 'names', 'region'],
      properties: {
        code: { type: 'string', minLength: 1, maxLength: 64 },
        names: { type: 'object', minProperties: 1, additionalProperties: TEXT },
        region: { type: 'string', maxLength: 32 },
      },
    },
    office: { type: 'string', maxLength: 200 },
    federation: {
      type: 'object',
      additionalProperties: false,
      required: ['id', 'name'],
      properties: { id: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' }, name: TEXT },
    },
    addresses: { type: 'array', maxItems: 16, items: TEXT },
    actor: { type: 'string', minLength: 1, maxLength: 64 },
    keeps: { enum: ['all', 'live'] },
    http: {
      type: 'object',
      additionalProperties: false,
      required: ['host', 'port'],
      properties: { host: TEXT, port: PORT },
    },
    p2p: {
      type: 'object',
      additionalProperties: false,
      required: ['host', 'port', 'wsPort'],
      properties: { host: TEXT, port: PORT, wsPort: PORT },
    },
  },
}

/** The configuration of a folder; MULU_NOT_INITIALISED or MULU_CONFIG. */
export async function readNodeConfig(folder: DataFolder): Promise<NodeConfig> {
  const text = await readIfThere(folder.config)
  if (text === undefined) {
    throw new MuluError('MULU_NOT_INITIALISED', { details: { dir: folder.dir } })
  }
  return parseNodeConfig(text, folder.config)
}

/** Reads and checks the text of config.json; MULU_CONFIG names what is wrong. */
export function parseNodeConfig(text: string, file: string): NodeConfig {
  const ajv = new Ajv()
  const isConfig = ajv.compile<NodeConfig>(SCHEMA)
  try {
    const value: unknown = JSON.parse(text)
    if (isConfig(value)) return value
  } catch (cause) {
    throw new MuluError('MULU_CONFIG', { cause, details: { file, reason: 'It is not JSON.' } })
  }
  throw new MuluError('MULU_CONFIG', {
    details: { file, reason: ajv.errorsText(isConfig.errors, { dataVar: 'config' }) },
  })
}

/** Writes the configuration whole or not at all. */
export async function writeNodeConfig(folder: DataFolder, config: NodeConfig): Promise<void> {
  await writeWhole(folder.config, `${JSON.stringify(config, null, 2)}\n`)
}
