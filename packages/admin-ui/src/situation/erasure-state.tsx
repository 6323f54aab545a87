import { useTranslation } from 'react-i18next'
import type { Erasure } from '../api.ts'
import { Status } from '../parts/status.tsx'

/** How far an order has been carried out, in one phrase. */
export function ErasureState({ erasure }: { erasure: Erasure }) {
  const { t } = useTranslation()
  if (!erasure.counts) return <Status state="off">{t('erasures.fallen')}</Status>
  const isDone = erasure.nodes.every(({ state }) => state === 'confirmed')
  if (isDone) return <Status state="ok">{t('erasures.done')}</Status>
  if (erasure.settled) return <Status state="wait">{t('erasures.settled')}</Status>
  return <Status state="warn">{t('erasures.unsettled')}</Status>
}
