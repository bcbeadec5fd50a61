/* The writing of a renewal as a second opinion on the walk over the real table (walk.test.ts): here two assistants
   work on one key at the same time, which the walk does not try.

   Server, assistants and key may each be a step apart from the others; an assistant may stop anywhere and begin again,
   knowing nothing; a stop may leave an empty container, or cost the key the pair that it has just made. One call to
   the key, and one transaction of the server, is one step.

   Run by `npm run model`, which also breaks the protocol in each way below and expects to be told. */

#ifndef STOPS
#define STOPS 3
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

byte stops = 0;
bool lostPair = false;
bool issuedAgain = false;
bool tookTheOthersPair = false;

#define newStands (box == certified && boxCertificate == boxPair && boxPair == issuedFor)
#define works ((oldOnKey && oldInForce) || (newStands && newInForce))

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
  fi
}

active [2] proctype Assistant() {
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

  /* The certificate: the intent first; asked again for the same pair, the same one. */
  atomic {
    if
    :: state == ordered -> issuedFor = pair; state = intended
    :: state == issued && issuedFor != pair ->
#ifndef NOT_ISSUED_AGAIN
       newInForce = false; issuedAgain = true; issuedFor = pair; state = intended
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
#ifdef REMOVED_BEFORE_PROOF
  oldOnKey = false;
#endif
  mayStop();

  /* The new pair signs the server's nonce: one transaction. */
  atomic {
    if
    :: state == issued && newStands -> state = proved; newInForce = true; oldInForce = false
    :: else
    fi
  }
  mayStop();
tidy:
  if
  :: state == proved -> oldOnKey = false
  :: state == done
  :: else -> goto begin
  fi;
  mayStop();
  atomic { if :: state == proved && !oldOnKey -> state = done :: else fi }
over:
  skip
}

active proctype Watch() { assert(works) }

ltl done_at_last { <> (state == done && works && !oldInForce && !oldOnKey) }
/* Each of these branches is reached: they must be found false. */
ltl no_pair_lost { [] !lostPair }
ltl never_issued_again { [] !issuedAgain }
ltl never_the_others_pair { [] !tookTheOthersPair }
