// What a test starts ends with that test; what is started before the tests, in `beforeAll`, ends with their file.

type Close = () => unknown;

let isTesting = false;
const ofTest: Close[] = [];
const ofFile: Close[] = [];

const closeAll = (list: Close[]) => Promise.all(list.splice(0).map((close) => close()));

beforeEach(() => {
  isTesting = true;
});

afterEach(async () => {
  isTesting = false;
  await closeAll(ofTest);
});

afterAll(() => closeAll(ofFile));

export function closeLater(close: Close): void {
  (isTesting ? ofTest : ofFile).push(close);
}
