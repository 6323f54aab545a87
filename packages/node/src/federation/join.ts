/** Prepares a node that asks to be admitted: folder, keys, and the request file to carry. */
import { createJoinRequest, hashToText, parseTicket } from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { writeNodeConfig } from '../folder/node-config.ts'
import { writeWhole } from '../folder/write-file.ts'
import { checkFingerprint } from './fingerprint.ts'
import { createInstallation, type InstallOptions, newConfig } from './installation.ts'

/** The request is public; the file is meant to be carried. */
const PUBLIC_MODE = 0o644

/** What a newcomer says. */
export type JoinOptions = InstallOptions & {
  readonly ticket: string
  /** What somebody who knows the federation has read out; compared before anything is made. */
  readonly fingerprint?: string
}

/** What was made. */
export type Initialised = {
  readonly federation: { readonly id: string; readonly name: string }
  readonly dir: string
  readonly joinRequest: string
}

/** Makes the folder and writes `join-request.json`; MULU_TICKET, MULU_FINGERPRINT, MULU_STORE_EXISTS. */
export async function initialiseNode(options: JoinOptions): Promise<Initialised> {
  const ticket = parseTicket(createCrypto(), options.ticket)
  if (options.fingerprint !== undefined) checkFingerprint(ticket.fed, options.fingerprint)
  const { folder, signer, peer } = await createInstallation(options.dir)
  const { agency, office } = options
  const request = createJoinRequest(signer, { fed: ticket.fed, peers: [peer], agency, office })
  await writeWhole(folder.joinRequest, request, PUBLIC_MODE)
  const federation = { id: hashToText(ticket.fed), name: ticket.name }
  const role = office === '' ? 'agency' : 'office'
  await writeNodeConfig(
    folder,
    newConfig(options, { role, federation, addresses: ticket.addresses }),
  )
  return { federation, dir: folder.dir, joinRequest: folder.joinRequest }
}
