import { useState } from 'preact/hooks';
import { useWords } from '../app/language.tsx';
import { Loading } from '../app/page.tsx';
import { PointList } from './points.tsx';
import { PointsFailure } from './points-failure.tsx';
import { usePoints } from './use-points.ts';

/**
 * Service points of a district that the holder chooses, nearest first.
 * @param division the company's, where it is known: chosen at first, if it is a district with points
 * @param count so many are shown before somebody asks for all
 */
export function ChosenPoints({ division, count }: { division: string | null; count: number }) {
  const { servicePoints } = useWords();
  const [chosen, setChosen] = useState(division);
  const [all, setAll] = useState(false);
  const { value, failure, reload } = usePoints(chosen, all ? undefined : count);
  if (failure) return <PointsFailure failure={failure} retry={reload} />;
  if (!value) return <Loading />;
  const { points, total, districts } = value;
  return (
    <>
      {districts.length > 1 && (
        <p class="field">
          <label for="district">{servicePoints.district}</label>
          <select
            id="district"
            value={districts.some((one) => one.division === chosen) ? (chosen ?? '') : ''}
            onChange={({ currentTarget }) => {
              setChosen(currentTarget.value);
              setAll(false);
            }}
          >
            <option value="" disabled>
              {servicePoints.choose}
            </option>
            {districts.map(({ division, name }) => (
              <option key={division} value={division}>
                {name}
              </option>
            ))}
          </select>
        </p>
      )}
      <p class="quiet" role="status">
        {points.length < total && servicePoints[value.division ? 'nearest' : 'first'](points.length, total)}
      </p>
      <PointList points={points} />
      {points.length < total && (
        <p class="row">
          <button type="button" class="button" onClick={() => setAll(true)}>
            {servicePoints.showAll(total)}
          </button>
        </p>
      )}
    </>
  );
}
