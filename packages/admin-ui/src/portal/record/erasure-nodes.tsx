import { useTranslation } from 'react-i18next'
import type { Erasure } from '../../api.ts'
import { LabelText } from '../../parts/label-text.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Status } from '../../parts/status.tsx'
import { ErasureState } from '../../situation/erasure-state.tsx'

/** One order, and of each node whether it has confirmed that no file of it holds the value. */
export function ErasureNodes({ erasure }: { erasure: Erasure }) {
  const { t } = useTranslation()
  const { order, nodes, atMs } = erasure
  const name = t('erase.orderNamed', { order })
  return (
    <div className="section-table">
      <h3 className="fields-title">{name}</h3>
      <p>
        <ErasureState erasure={erasure} /> · <Moment ms={atMs} />
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="scroll" aria-label={t('erase.table', { order })} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('erase.node')}</th>
              <th scope="col">{t('erasures.state')}</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map(({ client, name: of, state }) => (
              <tr key={client}>
                <th scope="row">
                  <LabelText labels={of} />
                </th>
                <td>
                  {state === 'confirmed' ? (
                    <Status state="ok">{t('erase.nodeConfirmed')}</Status>
                  ) : (
                    <Status state="wait">{t('erase.nodeOutstanding')}</Status>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
