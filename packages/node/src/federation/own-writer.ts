import {
  MuluError,
  type Registry,
  type RosterState,
  type Signer,
  toHex,
  type Writer,
} from '@mulu/registry-core'

/**
 * The writer that a roster state binds to a key, or undefined. Whose first order did not count may
 * have been admitted again: then the writer that may write.
 */
export function writerOfKey(state: RosterState | undefined, key: Uint8Array): Writer | undefined {
  const wanted = toHex(key)
  let first: Writer | undefined
  for (const writer of state?.writers.values() ?? []) {
    if (toHex(writer.key) !== wanted) continue
    if (writer.grants.some((grant) => grant.until === undefined)) return writer
    first ??= writer
  }
  return first
}

/** This node's own writer; MULU_NOT_ADMITTED while the roster does not list it. */
export function requireWriter(node: {
  readonly registry: Registry
  readonly signer: Signer
}): Writer {
  const writer = writerOfKey(node.registry.roster?.state, node.signer.publicKey)
  if (writer === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  return writer
}

/** The namespace a writer writes in: that of its first open grant. */
export function namespaceOf(writer: Writer): number {
  const grant = writer.grants.find((each) => each.until === undefined)
  if (grant === undefined) {
    throw new MuluError('MULU_GRANT_MISSING', { details: { writer: writer.client } })
  }
  return grant.ns
}

/** Lets the registry sign as the writer that the roster binds to this key, now and later. */
export function bindAuthor(registry: Registry, signer: Signer): () => void {
  const bind = (): void => {
    const writer = writerOfKey(registry.roster?.state, signer.publicKey)
    if (registry.author?.client === writer?.client) return
    registry.setAuthor(writer === undefined ? undefined : { client: writer.client, signer })
  }
  bind()
  return registry.subscribe((event) => {
    if (event.type === 'roster') bind()
  })
}
