/**
 * The address of a field: one to four segments of ASCII (DESIGN-REVIEW M18). Other characters
 * are percent-encoded as UTF-8. A slot is `path@client.seq`: one writing of one field, once.
 */
const PATH = /^[A-Za-z0-9_.:%-]{1,64}(?:\/[A-Za-z0-9_.:%-]{1,64}){0,3}$/
const SLOT_KEY = /^([A-Za-z0-9_.:%/-]{1,259})@([1-9][0-9]{0,9})\.([1-9][0-9]{0,15})$/

/** Whether a text is the address of a field. */
export function isPath(text: string): boolean {
  return PATH.test(text)
}

/** The key of a slot in the record document. */
export function slotKey(path: string, client: number, seq: number): string {
  return `${path}@${client}.${seq}`
}

/** What a slot key says; undefined when it is none. */
export function parseSlotKey(
  key: string,
): { readonly path: string; readonly client: number; readonly seq: number } | undefined {
  const match = SLOT_KEY.exec(key)
  if (match === null) return undefined
  const [, path = '', client, seq] = match
  return isPath(path) ? { path, client: Number(client), seq: Number(seq) } : undefined
}
