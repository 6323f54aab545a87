import { MuluError, memberByPeer, type RosterState, type Writer } from '@mulu/registry-core'

/**
 * The writer that a person names: by its number, the peer id of its node, or the code of an agency
 * with one node. MULU_BUNDLE_RECEIVER says who there is.
 */
export function receiverOf(state: RosterState | undefined, name: string): Writer {
  const writers = [...(state?.writers.values() ?? [])].filter((writer) =>
    writer.grants.some((grant) => grant.until === undefined),
  )
  const byNumber = writers.find((writer) => String(writer.client) === name)
  const byPeer = state === undefined ? undefined : memberByPeer(state, name)
  const ofAgency = writers.filter(
    (writer) => state?.agencies.get(writer.agency)?.codes.includes(name) === true,
  )
  const head = ofAgency.filter((writer) => writer.office === '')
  const [only, ...others] = head.length === 1 ? head : ofAgency
  const found = byNumber ?? byPeer ?? (others.length === 0 ? only : undefined)
  if (found !== undefined) return found
  const reason =
    ofAgency.length > 1
      ? 'Several nodes are of this agency. Name one by its number.'
      : 'The roster has no such node with an open grant. Name one by its number.'
  const known = (ofAgency.length > 1 ? ofAgency : writers).map(({ client }) => client)
  throw new MuluError('MULU_BUNDLE_RECEIVER', {
    details: { receiver: name, reason, writers: known.slice(0, 64) },
  })
}
