/** What people carry on a stick: the file of a bundle, and the parts in it. */
import { readBlocks, writeBlocks } from '../../packages/node/src/bundle/block-file.ts'
import { decodePart, encodePart, type Part } from '../../packages/registry-core/src/bundle/part.ts'
import { isMuluError } from '../../packages/registry-core/src/errors.ts'
import { HASH, PARTS } from '../../packages/registry-core/test/bundle/sample-parts.ts'
import { coded, wantSame } from '../promises.ts'
import type { OpenTarget, Target } from '../target.ts'

const part: Target = {
  name: 'bundle-part',
  corpus: PARTS.map(encodePart),
  read: (input) =>
    coded(
      () => decodePart(input),
      (value) => wantSame(encodePart(value), input, 'the part'),
    ),
}

/** The file as a whole; its corpus is made once. */
export async function openBundleTargets(): Promise<readonly OpenTarget[]> {
  const plain = await fileOf({ kind: 'plain' })
  const sealed = await fileOf({ kind: 'key', receiver: HASH })
  const file: Target = { name: 'bundle', corpus: [plain, sealed], share: 0.2, read: readFile }
  return [part, file]
}

async function readFile(input: Uint8Array): Promise<'taken' | 'refused'> {
  try {
    let isTaken = false
    for await (const event of readBlocks(chunksOf(input), {})) isTaken ||= event.type === 'part'
    return isTaken ? 'taken' : 'refused'
  } catch (error) {
    if (isMuluError(error) && error.code !== 'MULU_INTERNAL') return 'refused'
    throw error
  }
}

/** In pieces that end anywhere, as a stream brings them. */
async function* chunksOf(input: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += 97) yield input.subarray(at, at + 97)
}

async function fileOf(seal: Parameters<typeof writeBlocks>[2]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeBlocks(partsOf(), 2, seal)) chunks.push(chunk)
  return Uint8Array.from(Buffer.concat(chunks))
}

async function* partsOf(): AsyncGenerator<Part> {
  yield* PARTS
}
