import { expect } from 'chai'
import { sizesFor } from '../../src/store/open-database.ts'

const MIB = 1_048_576
const GIB = 1_024 * MIB

describe('sizes of the store', () => {
  it('[ND40] follow the memory there is, within bounds', () => {
    const buffers = [1, 2, 4, 8, 16, 64].map((memory) => sizesFor(memory * GIB).writeBufferSize)
    expect(buffers.map((bytes) => bytes / MIB)).to.deep.equal([16, 32, 64, 128, 256, 256])
    const files = [1, 4, 16, 64].map((memory) => sizesFor(memory * GIB).maxFileSize)
    expect(files).to.deep.equal([4, 4, 8, 8].map((size) => size * MIB))
  })
})
