/** A new installation: the folder, its keys and what its join request says. */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { type Labels, MuluError, type Signer } from '@mulu/registry-core'
import { createSigner } from '../crypto.ts'
import { createAccessKey } from '../folder/access-key.ts'
import { type DataFolder, dataFolder } from '../folder/data-folder.ts'
import { createKeyFile } from '../folder/key-file.ts'
import type { HttpPlace, Keeps, NodeConfig, PeerPlace } from '../folder/node-config.ts'
import { readIfThere } from '../folder/write-file.ts'
import { peerIdOf } from './peer-id.ts'

/** Ports used when nothing else is said. */
export const DEFAULT_HTTP_PORT = 8400
/** Port for other nodes when nothing else is said. */
export const DEFAULT_PEER_PORT = 8410
/** Nothing outside this machine reaches a node before its operator says so. */
export const DEFAULT_HOST = '127.0.0.1'

/** Who is being installed, and where it listens. */
export type InstallOptions = {
  readonly dir: string
  readonly agency: { readonly code: string; readonly names: Labels; readonly region: string }
  readonly office: string
  readonly http?: Partial<HttpPlace>
  readonly p2p?: Partial<PeerPlace>
  readonly keeps?: Keeps
}

/** Keys of a new installation. */
export type Installation = {
  readonly folder: DataFolder
  readonly signer: Signer
  readonly peer: string
}

/** Makes folder and keys; MULU_STORE_EXISTS when a node lives there. */
export async function createInstallation(dir: string): Promise<Installation> {
  const folder = dataFolder(dir)
  if ((await readIfThere(folder.config)) !== undefined) {
    throw new MuluError('MULU_STORE_EXISTS', { details: { dir: folder.dir } })
  }
  await mkdir(folder.dir, { recursive: true, mode: 0o700 })
  const signer = createSigner(await createKeyFile(folder.writerKey))
  const peer = peerIdOf(await createKeyFile(folder.transportKey))
  await createAccessKey(folder.accessKey)
  return { folder, signer, peer }
}

/** The configuration of a new installation; written last, so that a crash before it is no node. */
export function newConfig(
  options: InstallOptions,
  rest: Pick<NodeConfig, 'role' | 'federation' | 'addresses'>,
): NodeConfig {
  const { agency, office, http, p2p, keeps } = options
  return {
    version: 1,
    agency,
    office,
    actor: randomBytes(8).toString('hex'),
    http: { host: DEFAULT_HOST, port: DEFAULT_HTTP_PORT, ...http },
    p2p: { host: DEFAULT_HOST, port: DEFAULT_PEER_PORT, wsPort: 0, ...p2p },
    ...(keeps === undefined ? {} : { keeps }),
    ...rest,
  }
}
