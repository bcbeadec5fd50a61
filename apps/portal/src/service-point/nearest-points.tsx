import { useWords } from '../app/language.tsx';
import { ChosenPoints } from './chosen-points.tsx';
import { PointList } from './points.tsx';
import { PointsFailure } from './points-failure.tsx';
import { usePoints } from './use-points.ts';

/** One page has room for so many, printed with what to bring. */
const count = 3;

/** The service points nearest to a company; where its division is not known, the holder chooses. */
export function NearestPoints({ division }: { division: string | null }) {
  return division ? <Nearest division={division} /> : <ChosenPoints division={null} count={count} />;
}

function Nearest({ division }: { division: string }) {
  const { servicePoints } = useWords();
  const { value, failure, reload } = usePoints(division, count);
  return (
    <>
      {failure && <PointsFailure failure={failure} retry={reload} />}
      {value && <PointList points={value.points} />}
      <p class="row">
        <a href="/service-points">{servicePoints.all}</a>
      </p>
    </>
  );
}
