/* The writing of a renewal as a second opinion on the walk over the real table (walk.test.ts): here two assistants
   work on one key at the same time, which the walk does not try.

   Server, assistants and key may each be a step apart from the others; an assistant may stop anywhere and begin again,
   knowing nothing; a stop may leave an empty container, or cost the key the pair that it has just made. One call to
   the key, and one transaction of the server, is one step.

   With TWINS each pair gets an encryption pair of the key management, which is asked for before the certificates are and comes
   to the key after the signing certificate. KEEP: the old container stays for its encryption key.

   With TWINS a pair that was withdrawn is never certified again; the server refuses it without them too, where this model lets it pass.
   Two assistants and a key that loses a pair can end there: the one asks late for the pair that was lost, so that the one on
   the key is withdrawn. Nothing stops working; the holder cancels the case.

   Run by `npm run model`, which also breaks the protocol in each way below and expects to be told. */

#ifndef STOPS
#define STOPS 3
#endif
#ifndef ASSISTANTS
#define ASSISTANTS 2
#endif

mtype:case = { ordered, intended, issued, proved, done };
mtype:box = { none, bare, keyed, certified };   /* bare: a container without key pair */

/* What lasts: on the server … */
mtype:case state = ordered;
byte issuedFor = 0;            /* number of the key pair that the certificate is for */
bool oldInForce = true;
bool newInForce = false;
/* … and on the key. */
bool oldOnKey = true;
mtype:box box = none;
byte boxPair = 0;
byte boxCertificate = 0;
byte pairs = 0;                /* made so far */

#ifdef TWINS
byte boxTwin = 0;              /* the signing pair whose encryption pair, with its certificate, stands beside it */
/* Sets of pairs, a bit for each: asked for by the case; given and in use; to be retired, by a job; retired for good. */
byte asked = 0;
byte inUse = 0;
byte toRetire = 0;
byte retired = 0;
bool lostTwin = false;
bool twinGiven = false;        /* at some time: only the broken one looks */
#define bit(pair) (1 << (pair))
#endif

byte stops = 0;
bool lostPair = false;
bool issuedAgain = false;
bool tookTheOthersPair = false;

#define newStands (box == certified && boxCertificate == boxPair && boxPair == issuedFor)
#define signs ((oldOnKey && oldInForce) || (newStands && newInForce))
#ifdef TWINS
#define twinStands (boxTwin == issuedFor)
#define decrypts ((oldOnKey && oldInForce) || (twinStands && newInForce))
#else
#define decrypts true
#endif
#ifdef KEEP
#define opensOldDocuments oldOnKey
#else
#define opensOldDocuments true
#endif
#define works (signs && decrypts && opensOldDocuments)

/* Finishes what was intended, whoever stops. */
active proctype Server() {
  do
  :: atomic {
       state == intended ->
       state = issued;
#ifdef SUPERSEDED_AT_ISSUING
       newInForce = true; oldInForce = false;
#endif
     }
  :: state == done -> break
  od
}

#ifdef TWINS
/* Tells the key management what is out of use, when it comes to it. */
active proctype Job() {
  do
  :: atomic { toRetire != 0 -> retired = retired | toRetire; inUse = inUse & ~toRetire; toRetire = 0 }
  :: state == done && toRetire == 0 -> break
  od
}
#endif

inline mayStop() {
  if
  :: skip
  :: atomic { stops < STOPS -> stops++ } -> goto begin
  :: atomic {
       stops < STOPS && box == keyed && boxPair != issuedFor ->
       stops++; box = bare; boxPair = 0; lostPair = true
     } -> goto begin
  :: atomic {                  /* certified for, not written yet */
       stops < STOPS && box == keyed && boxPair == issuedFor && state != proved && state != done ->
       stops++; box = bare; boxPair = 0; lostPair = true
     } -> goto begin
#ifdef TWINS
  :: atomic {                  /* imported, and gone again before it was proved */
       stops < STOPS && boxTwin != 0 && state != proved && state != done ->
       stops++; boxTwin = 0; lostTwin = true
     } -> goto begin
#endif
  fi
}

active [ASSISTANTS] proctype Assistant() {
  mtype:box seen;
  byte pair;
  byte certificate;
begin:
  if
  :: state == done -> goto over
  :: state == proved -> goto tidy
  :: else
  fi;
  mayStop();

  /* A container with a new pair: found, or made. */
  seen = box;
  mayStop();
  if
  :: seen == none ->
     atomic { if :: box == none -> box = bare :: else fi }      /* there already: the other made it */
  :: else
  fi;
  mayStop();
  if
  :: seen == none || seen == bare ->
     atomic {
       if
       :: box == bare -> pairs++; boxPair = pairs; boxCertificate = 0; box = keyed
       :: box == none -> goto begin                              /* gone meanwhile: begin again */
       :: else ->                                                /* the other was faster */
#ifdef REMOVES_WHAT_IT_CANNOT_USE
          box = none; boxPair = 0; boxCertificate = 0; goto begin
#else
          tookTheOthersPair = true
#endif
       fi
     }
  :: else
  fi;
  pair = boxPair;
  mayStop();

#ifdef TWINS
  /* The name of its encryption pair is written down, then it is asked for: the same name, the same pair. */
  atomic {
    if
    :: state == ordered || state == issued || issuedFor == pair -> asked = asked | bit(pair)
    :: else -> goto begin
    fi
  }
  mayStop();
  atomic {
    if
    :: retired & bit(pair) -> goto begin
    :: else -> inUse = inUse | bit(pair)
    fi
  }
  mayStop();
#endif

  /* The certificate: the intent first; asked again for the same pair, the same one. */
  atomic {
    if
    :: state == ordered -> issuedFor = pair; state = intended
    :: state == issued && issuedFor != pair ->
#ifndef NOT_ISSUED_AGAIN
       newInForce = false; issuedAgain = true; issuedFor = pair; state = intended;
#ifdef TWINS
       toRetire = toRetire | (asked & ~bit(pair)); asked = bit(pair)
#else
       skip
#endif
#else
       goto begin
#endif
    :: else
    fi
  }
  if
  :: state == issued || state == proved || state == done -> certificate = issuedFor
  :: state == ordered -> goto begin
  fi;
  if :: certificate != pair -> goto begin :: else fi;
  mayStop();

  /* Written only to its own pair, read back. */
  atomic {
    if
    :: (box == keyed || box == certified) && boxPair == certificate -> boxCertificate = certificate; box = certified
    :: else -> goto begin
    fi
  }
#ifdef TWINS
  mayStop();
  /* The encryption pair and its certificate, which open with this signing pair alone. */
  atomic {
    if
#ifdef NOT_WRITTEN_AGAIN
    :: twinGiven
    :: !twinGiven && box == certified && boxPair == certificate -> boxTwin = certificate; twinGiven = true
#else
    :: box == certified && boxPair == certificate -> boxTwin = certificate
#endif
    :: else -> goto begin
    fi
  }
#endif
#ifdef REMOVED_BEFORE_PROOF
  oldOnKey = false;
#endif
  mayStop();

  /* The new pair signs the server's nonce, and reads what only its encryption pair can read: one transaction. */
  atomic {
    if
#if defined(TWINS) && !defined(SIGNING_PROVED_ALONE)
    :: state == issued && newStands && twinStands ->
#else
    :: state == issued && newStands ->
#endif
       state = proved; newInForce = true; oldInForce = false;
#ifdef TWINS
#ifdef RETIRES_THE_PRESENT_PAIR
       toRetire = toRetire | asked
#else
       toRetire = toRetire | (asked & ~bit(issuedFor))
#endif
#else
       skip
#endif
    :: else
    fi
  }
  mayStop();
tidy:
  if
#if defined(KEEP) && !defined(REMOVES_WHAT_MUST_STAY)
  :: state == proved
#else
  :: state == proved -> oldOnKey = false
#endif
  :: state == done
  :: else -> goto begin
  fi;
  mayStop();
#ifdef KEEP
  atomic { if :: state == proved -> state = done :: else fi }
#else
  atomic { if :: state == proved && !oldOnKey -> state = done :: else fi }
#endif
over:
  skip
}

active proctype Watch() { assert(works) }

#ifdef KEEP
#define tidied oldOnKey
#else
#define tidied !oldOnKey
#endif
#ifdef TWINS
/* Every other pair that was given is in the history, sooner or later. */
#define onePairInUse (inUse == bit(issuedFor))
#else
#define onePairInUse true
#endif

ltl done_at_last { <> (state == done && works && !oldInForce && tidied && onePairInUse) }
/* Each of these branches is reached: they must be found false. */
ltl no_pair_lost { [] !lostPair }
ltl never_issued_again { [] !issuedAgain }
ltl never_the_others_pair { [] !tookTheOthersPair }
#ifdef TWINS
ltl no_twin_lost { [] !lostTwin }
#endif
