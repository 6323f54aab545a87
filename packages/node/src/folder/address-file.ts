/** `addresses.json`: where other nodes were last reached, by peer id. Lost, it is learned again. */
import type { DataFolder } from './data-folder.ts'
import { readIfThere, writeWhole } from './write-file.ts'

/** Multiaddrs by peer id. */
export type AddressesByPeer = Readonly<Record<string, readonly string[]>>

/** The addresses kept; empty when the file is missing or damaged. */
export async function readAddresses(folder: DataFolder): Promise<AddressesByPeer> {
  const text = await readIfThere(folder.addresses)
  if (text === undefined) return {}
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as AddressesByPeer) : {}
  } catch {
    // What the file held is learned again from the first peer that answers.
    return {}
  }
}

/** Keeps the addresses. */
export async function writeAddresses(
  folder: DataFolder,
  addresses: AddressesByPeer,
): Promise<void> {
  await writeWhole(folder.addresses, `${JSON.stringify(addresses, null, 2)}\n`)
}
