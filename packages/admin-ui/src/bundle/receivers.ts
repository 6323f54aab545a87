import type { Labels, Roster, Status } from '../api.ts'
import { plainText } from '../labels.ts'
import type { Language } from '../language.ts'

/** Whom a bundle can be for: a node, or every member under number 0. */
export type Receiver = {
  readonly client: number
  readonly name: string
  /** Whether the node has a key that a file can be encrypted to. */
  readonly hasKey: boolean
}

/** Number of "every member": the node then leaves the receiver out. */
export const EVERYBODY = 0

/** The other nodes by name; those of one name are told apart by their place in the list. */
export function receiversOf(
  { peers }: Pick<Status, 'peers'>,
  roster: Pick<Roster, 'writers'> | undefined,
  language: Language,
): readonly Receiver[] {
  const others = peers.filter(({ self }) => !self)
  const names = others.map(({ name, agency }) => plainText(name, language, agency.code))
  return others.map(({ client }, index) => {
    const name = names[index] ?? ''
    const same = names.slice(0, index).filter((other) => other === name).length
    const isShared = names.filter((other) => other === name).length > 1
    const key = roster?.writers.find((writer) => writer.client === client)?.key
    return {
      client,
      name: isShared ? `${name} (${same + 1})` : name,
      hasKey: key?.startsWith('ed25519:') === true,
    }
  })
}

/** The name of the node that made a bundle or that it is for; undefined when nobody is known by it. */
export function nodeName(
  { peers }: Pick<Status, 'peers'>,
  client: number,
): Labels | string | undefined {
  return peers.find((peer) => peer.client === client)?.name
}
