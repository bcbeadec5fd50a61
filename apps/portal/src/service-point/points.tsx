import type { ServicePoint } from '@certdesk/contract';
import { useWords } from '../app/language.tsx';

/** Service points with what one needs to go there or to call. */
export function PointList({ points }: { points: readonly ServicePoint[] }) {
  const { servicePoints, colon } = useWords();
  if (points.length === 0) return <p>{servicePoints.none}</p>;
  return (
    <ul class="points">
      {points.map(({ name, address, hours, phone, position }) => (
        <li key={name}>
          <strong>{name}</strong>
          <span>{address}</span>
          <span>
            {servicePoints.hours}
            {colon}
            {hours}
          </span>
          <span>
            {servicePoints.phone}
            {colon}
            <a href={dialled(phone)}>{phone}</a>
          </span>
          {position && (
            <a class="map" href={`geo:${position.latitude},${position.longitude}`}>
              {servicePoints.map}
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The number without its extension, which is said to a person or typed when somebody answers. */
function dialled(phone: string): string {
  const [number = ''] = /^[+\d ()-]+/.exec(phone) ?? [];
  return `tel:${number.replace(/[^\d+]/g, '')}`;
}
