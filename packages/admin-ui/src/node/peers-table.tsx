import { useTranslation } from 'react-i18next'
import type { Peer, Status } from '../api.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Count } from '../parts/count.tsx'
import { LabelText } from '../parts/label-text.tsx'
import { Ago } from '../parts/moment.tsx'
import { conditionOf, stateOf } from '../parts/node-state.ts'
import { NodeStatus } from '../parts/node-status.tsx'
import { compareStates } from '../parts/state.ts'

/** The nodes that this one talks to, and how that goes. */
export function PeersTable({ status }: { status: Status }) {
  const { t } = useTranslation()
  const peers = status.peers
    .filter((peer) => !peer.self)
    .toSorted((left, right) => compareStates(rankOf(left, status), rankOf(right, status)))
  return (
    <section className="section" aria-labelledby="peers">
      <div className="section-head">
        <h2 id="peers">{t('peers.title')}</h2>
        <p>{t('peers.text')}</p>
      </div>
      {peers.length === 0 ? (
        <p className="empty">{t('peers.none')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section className="scroll" aria-label={t('peers.table')} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col" data-pin="">
                  {t('nodes.node')}
                </th>
                <th scope="col">{t('nodes.state')}</th>
                <th scope="col">{t('peers.link')}</th>
                <th scope="col" className="num">
                  {t('nodes.heard')}
                </th>
                <th scope="col" className="num">
                  {t('peers.behind')}
                </th>
                <th scope="col" className="num">
                  {t('peers.ahead')}
                </th>
                <th scope="col" className="num">
                  {t('peers.refused')}
                </th>
                <th scope="col">{t('peers.address')}</th>
              </tr>
            </thead>
            <tbody>
              {peers.map((peer) => (
                <PeerRow key={peer.client} peer={peer} status={status} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  )
}

function rankOf(peer: Peer, status: Status): ReturnType<typeof stateOf> {
  return stateOf(conditionOf(peer, status))
}

function PeerRow({ peer, status }: { peer: Peer; status: Status }) {
  const { t } = useTranslation()
  const [address] = peer.addresses
  return (
    <tr>
      <th scope="row" data-pin="">
        <LabelText labels={peer.name} />
        <span className="sub">
          <LabelText labels={peer.agency.name} />
        </span>
      </th>
      <td>
        <NodeStatus condition={conditionOf(peer, status)} />
        {peer.holds === null ? null : (
          <span className="sub">
            {t('nodes.holds', { agencies: peer.holds.agencies, of: peer.holds.of })}
          </span>
        )}
      </td>
      <td>
        {peer.connected ? transportOf(address, t) : <span className="zero">{t('peers.down')}</span>}
      </td>
      <td className="num">
        <Ago ms={peer.lastHeardMs} nowMs={status.nowMs} />
      </td>
      <td className="num">
        <Count value={peer.behind} />
      </td>
      <td className="num">
        <Count value={peer.ahead} />
      </td>
      <td className="num">
        <Count value={peer.refused.reduce((sum, entry) => sum + entry.count, 0)} />
      </td>
      <td>
        {address === undefined ? (
          <Count value={null} />
        ) : (
          <CopyButton value={address} what={t('peers.address')} isQuiet />
        )}
      </td>
    </tr>
  )
}

function transportOf(
  address: string | undefined,
  t: ReturnType<typeof useTranslation>['t'],
): string {
  if (address === undefined) return t('peers.up')
  return /\/wss?(\/|$)/.test(address) ? 'WebSocket' : 'TCP'
}
