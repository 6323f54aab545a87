/** `addresses.json`: where other nodes were last reached, by peer id. Lost, it is learned again. */
import type { PeerAddresses } from '@mulu/registry-core'
import type { DataFolder } from './data-folder.ts'
import { readIfThere, writeWhole } from './write-file.ts'

/** The addresses kept; empty when the file is missing or damaged. */
export async function readAddresses(folder: DataFolder): Promise<readonly PeerAddresses[]> {
  const text = await readIfThere(folder.addresses)
  if (text === undefined) return []
  try {
    const value = JSON.parse(text) as unknown
    return Array.isArray(value) ? (value as readonly PeerAddresses[]) : []
  } catch {
    // What the file held is learned again from the first peer that answers.
    return []
  }
}

/** Keeps the addresses. */
export async function writeAddresses(
  folder: DataFolder,
  addresses: readonly PeerAddresses[],
): Promise<void> {
  await writeWhole(folder.addresses, `${JSON.stringify(addresses, null, 2)}\n`)
}
