import { AbortError, StreamResetError, StreamStateError } from '@libp2p/interface'
import { expect } from 'chai'
import { isConnectionError } from '../../src/network/connection-error.ts'

/** An error as if it had been thrown in a file. */
function thrownIn<E extends Error>(error: E, file: string): E {
  error.stack = `${error.name}: ${error.message}\n    at step (file:///srv/node_modules/${file}:1:1)`
  return error
}

const LIBP2P = '@libp2p/utils/dist/src/stream.js'

describe('an error that nobody caught', () => {
  it('[NW17] ends a connection when it says that a stream or a socket is over', () => {
    for (const error of [
      new StreamResetError('the stream has been reset'),
      new StreamStateError('cannot write to a stream that is closed'),
      thrownIn(new AbortError('the operation was aborted'), LIBP2P),
      Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
    ]) {
      expect(isConnectionError(error), error.name).to.equal(true)
    }
  })

  it('[NW17] ends the process when it is a fault, also inside libp2p', () => {
    for (const error of [
      thrownIn(new TypeError('undefined is not a function'), LIBP2P),
      thrownIn(new RangeError('Invalid array length'), '@chainsafe/libp2p-yamux/dist/src/muxer.js'),
      thrownIn(new AbortError('the operation was aborted'), 'level/index.js'),
      new Error('libp2p is only mentioned here'),
      'not even an error',
    ]) {
      expect(isConnectionError(error), String(error)).to.equal(false)
    }
  })
})
