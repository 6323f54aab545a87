import type { PeerPhase } from './peer-info.ts'
import type { RequesterStream } from './requester-stream.ts'

/** What is shown of a peer that is connected, by what the exchange with it is at. */
export function phaseOfStream(stream: RequesterStream | undefined): PeerPhase {
  switch (stream?.phase) {
    case undefined:
    case 'idle':
    case 'hello':
    case 'closed':
      return 'greeting'
    case 'rosters':
    case 'profile':
    case 'orders':
    case 'commits':
    case 'statements':
    case 'storing':
      return 'pulling'
    case 'marks':
    case 'heads':
    case 'places':
    case 'digest':
    case 'peers':
      return 'comparing'
    case 'held':
    case 'outside':
    case 'level':
      return stream?.phase ?? 'greeting'
  }
}
