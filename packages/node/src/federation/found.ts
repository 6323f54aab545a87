/** Founds a federation: root keys, first roster, and this node as its coordinator. */
import { join } from 'node:path'
import {
  createJoinRequest,
  draftRoster,
  encodeRoster,
  foundingChanges,
  hashToText,
  MuluError,
  type Profile,
  parseJoinRequest,
  profileHash,
  rosterMessage,
  type Signer,
  verifyRoster,
} from '@mulu/registry-core'
import type { Clock } from '../clock.ts'
import { createCrypto, createSigner } from '../crypto.ts'
import type { DataFolder } from '../folder/data-folder.ts'
import { createKeyFile } from '../folder/key-file.ts'
import { writeNodeConfig } from '../folder/node-config.ts'
import { openNodeStore } from '../store/node-store.ts'
import {
  createInstallation,
  type Installation,
  type InstallOptions,
  newConfig,
} from './installation.ts'

/** What a founder decides. */
export type FoundOptions = InstallOptions & {
  readonly name: string
  readonly profile: Profile
  readonly rootKeys: number
  readonly threshold: number
}

/** What was founded. */
export type Founded = {
  readonly federation: { readonly id: string; readonly name: string }
  readonly dir: string
  readonly rootKeys: string
  readonly threshold: number
  readonly writer: { readonly client: number; readonly peer: string }
}

/** The purpose that stands in the first roster; other software may know others. */
const PURPOSE = 'catalogue'
/** The client number of the founder. */
const FOUNDER = 1

/** Makes the folder, the root keys and the first roster, and pins it. */
export async function foundFederation(options: FoundOptions, clock: Clock): Promise<Founded> {
  if (options.threshold > options.rootKeys) {
    const reason = 'The threshold is more than there are root keys.'
    throw new MuluError('MULU_USAGE', { details: { reason } })
  }
  const installation = await createInstallation(options.dir)
  const { folder, peer } = installation
  const roots = await createRootKeys(folder, options.rootKeys)
  const bytes = signFirstRoster(options, installation, roots, clock)
  const first = verifyRoster(createCrypto(), undefined, bytes)
  await using store = await openNodeStore(folder, clock)
  await store.registry.pinFederation(first.hash)
  await store.registry.addRoster(bytes)
  const federation = { id: hashToText(first.hash), name: options.name }
  const config = newConfig(options, { role: 'coordinator', federation, addresses: [] })
  await writeNodeConfig(folder, config)
  return {
    federation,
    dir: folder.dir,
    rootKeys: folder.root,
    threshold: options.threshold,
    writer: { client: FOUNDER, peer },
  }
}

async function createRootKeys(folder: DataFolder, count: number): Promise<readonly Signer[]> {
  const signers: Signer[] = []
  for (let number = 1; number <= count; number++) {
    signers.push(createSigner(await createKeyFile(join(folder.root, `root-${number}.key`))))
  }
  return signers
}

function signFirstRoster(
  options: FoundOptions,
  { signer, peer }: Installation,
  roots: readonly Signer[],
  clock: Clock,
): Uint8Array {
  const crypto = createCrypto()
  const { agency, office, name, threshold, profile } = options
  const claim = { fed: new Uint8Array(), peers: [peer], agency, office }
  const changes = foundingChanges({
    name,
    purpose: PURPOSE,
    rootKeys: roots.map((root) => root.publicKey),
    threshold,
    profile: {
      id: profile.id,
      version: String(profile.version),
      hash: profileHash(crypto, profile),
    },
    founder: parseJoinRequest(crypto, createJoinRequest(signer, claim)),
  })
  const body = draftRoster(crypto, undefined, changes, clock.now())
  return encodeRoster(body, signaturesOf(body, roots))
}

/** The signatures of root keys over the body of a roster version. */
export function signaturesOf(
  body: Uint8Array,
  roots: readonly Signer[],
): readonly (readonly [Uint8Array, Uint8Array])[] {
  return roots.map((root) => [root.publicKey, root.sign(rosterMessage(body))] as const)
}
