import type { DeskInfo } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';
import { Page } from '../app/page.tsx';

export function ServicePointsPage({ desk }: { desk: DeskInfo }) {
  const { servicePoints } = useWords();
  return (
    <Page title={servicePoints.title} lead={servicePoints.lead} back="/">
      <section class="card">
        <ServicePoints desk={desk} />
      </section>
    </Page>
  );
}

export function ServicePoints({ desk }: { desk: DeskInfo }) {
  const { servicePoints, colon } = useWords();
  if (desk.servicePoints.length === 0) return <p>{servicePoints.none}</p>;
  return (
    <ul class="points">
      {desk.servicePoints.map((point) => (
        <li key={point.name}>
          <strong>{point.name}</strong>
          <span>{point.address}</span>
          <span>
            {servicePoints.hours}
            {colon}
            {point.hours}
          </span>
          <span>
            {servicePoints.phone}
            {colon}
            <a href={`tel:${point.phone.replace(/[^\d+]/g, '')}`}>{point.phone}</a>
          </span>
        </li>
      ))}
    </ul>
  );
}
