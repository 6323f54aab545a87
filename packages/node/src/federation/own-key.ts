/**
 * The key a node signs with. After `mulu key rotate` the next one waits beside it, and takes its
 * place as soon as the roster lists it, also while the node runs.
 */
import { rename } from 'node:fs/promises'
import { keyToText, type Registry, type RosterState } from '@mulu/registry-core'
import { createSigner, type OwnSigner } from '../crypto.ts'
import type { DataFolder } from '../folder/data-folder.ts'
import { type PassphraseSource, readKeyFile, readPublicKey } from '../folder/key-file.ts'
import { readIfThere } from '../folder/write-file.ts'
import type { NodeLogger } from '../logger.ts'
import { bindAuthor } from './own-writer.ts'

/** What an own key needs. */
export type OwnKeyOptions = {
  readonly folder: DataFolder
  readonly registry: Registry
  readonly passphrase: PassphraseSource
  readonly logger: NodeLogger
}

/** The writer key of an open node. */
export class OwnKey {
  readonly #options: OwnKeyOptions
  readonly #unsubscribe: () => void
  #signer: OwnSigner
  #unbind: () => void = () => undefined
  #renewing: Promise<void> = Promise.resolve()

  private constructor(options: OwnKeyOptions, signer: OwnSigner) {
    this.#options = options
    this.#signer = signer
    this.#unsubscribe = options.registry.subscribe((event) => {
      if (event.type === 'roster') this.#renewSoon()
    })
  }

  /** Reads the key, takes the next one where the roster lists it, and lets the registry sign. */
  static async open(options: OwnKeyOptions): Promise<OwnKey> {
    const { folder, passphrase } = options
    await promote(options)
    const signer = createSigner(await readKeyFile(folder.writerKey, passphrase))
    const key = new OwnKey(options, signer)
    key.#bind(signer)
    return key
  }

  get signer(): OwnSigner {
    return this.#signer
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#unbind()
    await this.#renewing
  }

  #bind(signer: OwnSigner): void {
    this.#unbind()
    this.#signer = signer
    this.#unbind = bindAuthor(this.#options.registry, signer)
  }

  #renewSoon(): void {
    const { folder, passphrase, logger } = this.#options
    this.#renewing = this.#renewing
      .then(async () => {
        if (!(await promote(this.#options))) return
        this.#bind(createSigner(await readKeyFile(folder.writerKey, passphrase)))
        logger.info('the node signs with its new key')
      })
      .catch((error: unknown) => {
        logger.error({ err: error }, 'the new key could not be taken; start the node again')
      })
  }
}

/** Puts the next key in the place of the present one once the roster lists it. */
async function promote({ folder, registry }: OwnKeyOptions): Promise<boolean> {
  if ((await readIfThere(folder.nextWriterKey)) === undefined) return false
  const next = await readPublicKey(folder.nextWriterKey)
  if (!isListed(registry.roster?.state, next)) return false
  await rename(folder.nextWriterKey, folder.writerKey)
  return true
}

function isListed(state: RosterState | undefined, key: string): boolean {
  return [...(state?.writers.values() ?? [])].some((writer) => keyToText(writer.key) === key)
}
