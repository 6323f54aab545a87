/** A new key for an installation that the roster knows: rotation, or a restored backup. */
import {
  createJoinRequest,
  type JoinRequest,
  knownEnds,
  MuluError,
  type Registry,
  type RosterState,
  textToHash,
  type Writer,
} from '@mulu/registry-core'
import { createSigner } from '../crypto.ts'
import { createAccessKey } from '../folder/access-key.ts'
import type { DataFolder } from '../folder/data-folder.ts'
import {
  createKeyFile,
  isProtected,
  type PassphraseSource,
  readKeyFile,
} from '../folder/key-file.ts'
import type { NodeConfig } from '../folder/node-config.ts'
import { readIfThere, writeWhole } from '../folder/write-file.ts'
import { peerIdOf } from './peer-id.ts'

/** The request is public; the file is meant to be carried. */
const PUBLIC_MODE = 0o644

/** The writer that a new key continues, and how far its logs went. */
export type Predecessor = Pick<JoinRequest, 'continues' | 'ends'>

/** What was made, and what comes next. */
export type Succeeded = { readonly continues: number; readonly joinRequest: string }

/** The predecessor of the next key: the writer of this number, with the ends of its logs here. */
export function predecessorOf(registry: Registry, client: number): Predecessor {
  if (registry.roster?.state.writers.get(client) === undefined) {
    const reason = 'The roster has no such writer.'
    throw new MuluError('MULU_ORDERS', { details: { reason, writer: client } })
  }
  return { continues: client, ends: knownEnds(client, registry.heads()) }
}

/**
 * Makes the next key beside the present one and a request that both have signed. The node goes on
 * with the present key until the roster lists the next one.
 */
export async function rotateKey(
  folder: DataFolder,
  config: NodeConfig,
  predecessor: Predecessor,
  passphrase: PassphraseSource,
): Promise<Succeeded> {
  if ((await readIfThere(folder.nextWriterKey)) !== undefined) {
    const reason =
      'A next key waits for its admission already. Carry join-request.json, or remove it.'
    throw new MuluError('MULU_STORE_EXISTS', { details: { file: folder.nextWriterKey, reason } })
  }
  const old = createSigner(await readKeyFile(folder.writerKey, passphrase))
  const secret = (await isProtected(folder.writerKey))
    ? await passphrase(folder.writerKey)
    : undefined
  const next = createSigner(await createKeyFile(folder.nextWriterKey, secret))
  const peer = peerIdOf(await readKeyFile(folder.transportKey, passphrase))
  const request = createJoinRequest(next, claimOf(config, peer), { ...predecessor, old })
  await writeWhole(folder.joinRequest, request, PUBLIC_MODE)
  return { continues: predecessor.continues, joinRequest: folder.joinRequest }
}

/**
 * Makes all keys anew for a folder that came out of a backup, which never holds any. The request
 * names the writer it continues; no old key signs it, so the root holders have to know whom they
 * admit. MULU_STORE_EXISTS when the keys are there.
 */
export async function renewKeys(
  folder: DataFolder,
  config: NodeConfig,
  predecessor: Predecessor,
  passphrase: string | undefined,
): Promise<Succeeded> {
  if ((await readIfThere(folder.writerKey)) !== undefined) {
    const reason = 'The writer key is here. `mulu key rotate` makes the next one.'
    throw new MuluError('MULU_STORE_EXISTS', { details: { file: folder.writerKey, reason } })
  }
  const signer = createSigner(await createKeyFile(folder.writerKey, passphrase))
  const peer = peerIdOf(await createKeyFile(folder.transportKey, passphrase))
  await createAccessKey(folder.accessKey)
  const succession = { ...predecessor, old: undefined }
  await writeWhole(
    folder.joinRequest,
    createJoinRequest(signer, claimOf(config, peer), succession),
    PUBLIC_MODE,
  )
  return { continues: predecessor.continues, joinRequest: folder.joinRequest }
}

function claimOf(config: NodeConfig, peer: string): Parameters<typeof createJoinRequest>[1] {
  const fed = textToHash(config.federation.id)
  if (fed === undefined) throw new MuluError('MULU_CONFIG', { details: { file: 'config.json' } })
  const { agency, office } = config
  return { fed, peers: [peer], agency, office }
}

/** The writer that an installation of this configuration was; MULU_ORDERS when that is not plain. */
export function formerWriter(state: RosterState | undefined, config: NodeConfig): Writer {
  const { agency, office } = config
  const found = [...(state?.writers.values() ?? [])].filter(
    (writer) =>
      writer.office === office &&
      state?.agencies.get(writer.agency)?.codes.includes(agency.code) === true,
  )
  const open = found.filter((writer) => writer.grants.some((grant) => grant.until === undefined))
  const [only, ...others] = open.length > 0 ? open : found
  if (only !== undefined && others.length === 0) return only
  const reason =
    only === undefined
      ? 'The roster knows no writer of this agency and office.'
      : 'Several writers are of this agency and office. Name the one with --continues.'
  throw new MuluError('MULU_ORDERS', {
    details: { reason, writers: found.map(({ client }) => client) },
  })
}
