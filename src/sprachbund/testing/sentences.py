"""Sentences of our own in twenty languages and sixteen scripts, for tests and for training tiny tokenizers.

They were written for this project and fall under its licence. Each language has the same three
statements, more or less, so that anybody can check what a line says.
"""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "The ferry to the island leaves at half past seven, but today the harbour is closed.",
        "My neighbour's daughter has planted 12 apple trees behind the old school.",
        "Why did nobody tell me that the museum's entrance is free on Sundays?",
    ),
    "de": (
        "Die Fähre zur Insel fährt um halb acht ab, aber heute ist der Hafen geschlossen.",
        "Die Tochter meiner Nachbarin hat 12 Apfelbäume hinter der alten Schule gepflanzt.",
        "Warum hat mir niemand gesagt, dass der Eintritt ins Museum sonntags frei ist?",
    ),
    "fr": (
        "Le bac pour l'île part à sept heures et demie, mais aujourd'hui le port est fermé.",
        "La fille de ma voisine a planté 12 pommiers derrière la vieille école.",
        "Pourquoi personne ne m'a dit que l'entrée du musée est gratuite le dimanche ?",
    ),
    "tr": (
        "Adaya giden feribot yedi buçukta kalkıyor ama bugün liman kapalı.",
        "Komşumun kızı eski okulun arkasına 12 elma ağacı dikti.",
        "Müzeye girişin pazar günleri ücretsiz olduğunu neden kimse bana söylemedi?",
    ),
    "vi": (
        "Phà ra đảo khởi hành lúc bảy giờ rưỡi, nhưng hôm nay bến cảng đóng cửa.",
        "Con gái của hàng xóm tôi đã trồng 12 cây táo sau ngôi trường cũ.",
        "Tại sao không ai nói với tôi rằng vào bảo tàng ngày Chủ nhật được miễn phí?",
    ),
    "ru": (
        "Паром на остров отходит в половине восьмого, но сегодня порт закрыт.",
        "Дочь моей соседки посадила 12 яблонь за старой школой.",
        "Почему мне никто не сказал, что по воскресеньям вход в музей бесплатный?",
    ),
    "el": (
        "Το πλοίο για το νησί φεύγει στις επτά και μισή, αλλά σήμερα το λιμάνι είναι κλειστό.",
        "Η κόρη της γειτόνισσάς μου φύτεψε 12 μηλιές πίσω από το παλιό σχολείο.",
        "Γιατί κανείς δεν μου είπε ότι την Κυριακή η είσοδος στο μουσείο είναι δωρεάν;",
    ),
    "hy": (
        "Կղզի գնացող լաստանավը մեկնում է յոթն անց կեսին, բայց այսօր նավահանգիստը փակ է։",
        "Հարևանուհուս դուստրը հին դպրոցի հետևում 12 խնձորենի է տնկել։",
        "Ինչո՞ւ ինձ ոչ ոք չասաց, որ կիրակի օրերին թանգարանի մուտքն անվճար է։",
    ),
    "ka": (
        "კუნძულზე მიმავალი ბორანი რვის ნახევარზე გადის, მაგრამ დღეს ნავსადგური დაკეტილია.",
        "ჩემი მეზობლის ქალიშვილმა ძველი სკოლის უკან 12 ვაშლის ხე დარგო.",
        "რატომ არავინ მითხრა, რომ კვირაობით მუზეუმში შესვლა უფასოა?",
    ),
    "he": (
        "המעבורת לאי יוצאת בשבע וחצי, אבל היום הנמל סגור.",
        "הבת של השכנה שלי שתלה 12 עצי תפוח מאחורי בית הספר הישן.",
        "למה אף אחד לא אמר לי שהכניסה למוזיאון חינם בימי ראשון?",
    ),
    "ar": (
        "تغادر العبّارة إلى الجزيرة في السابعة والنصف، لكن الميناء مغلق اليوم.",
        "زرعت ابنة جارتي ١٢ شجرة تفاح خلف المدرسة القديمة.",
        "لماذا لم يخبرني أحد أن دخول المتحف مجاني يوم الأحد؟",
    ),
    "hi": (
        "द्वीप जाने वाली नाव साढ़े सात बजे छूटती है, लेकिन आज बंदरगाह बंद है।",
        "मेरी पड़ोसन की बेटी ने पुराने स्कूल के पीछे सेब के 12 पेड़ लगाए हैं।",
        "मुझे किसी ने क्यों नहीं बताया कि रविवार को संग्रहालय में प्रवेश मुफ़्त है?",
    ),
    "bn": (
        "দ্বীপে যাওয়ার ফেরি সাড়ে সাতটায় ছাড়ে, কিন্তু আজ বন্দর বন্ধ।",
        "আমার প্রতিবেশীর মেয়ে পুরোনো স্কুলের পেছনে ১২টি আপেল গাছ লাগিয়েছে।",
        "রবিবার জাদুঘরে ঢুকতে টাকা লাগে না, এ কথা আমাকে কেউ বলেনি কেন?",
    ),
    "ta": (
        "தீவுக்குச் செல்லும் படகு ஏழரை மணிக்குப் புறப்படும், ஆனால் இன்று துறைமுகம் மூடப்பட்டுள்ளது.",
        "என் பக்கத்து வீட்டுக்காரரின் மகள் பழைய பள்ளிக்குப் பின்னால் 12 ஆப்பிள் மரங்களை நட்டாள்.",
        "ஞாயிற்றுக்கிழமை அருங்காட்சியகத்திற்கு அனுமதி இலவசம் என்று ஏன் யாரும் என்னிடம் சொல்லவில்லை?",
    ),
    "te": (
        "ద్వీపానికి వెళ్ళే పడవ ఏడున్నరకు బయలుదేరుతుంది, కానీ ఈరోజు ఓడరేవు మూసి ఉంది.",
        "మా పొరుగింటి అమ్మాయి పాత బడి వెనుక 12 ఆపిల్ చెట్లు నాటింది.",
        "ఆదివారం మ్యూజియం ప్రవేశం ఉచితమని నాకు ఎవరూ ఎందుకు చెప్పలేదు?",
    ),
    "th": (
        "เรือข้ามฟากไปเกาะออกเวลาเจ็ดโมงครึ่ง แต่วันนี้ท่าเรือปิด",
        "ลูกสาวของเพื่อนบ้านฉันปลูกต้นแอปเปิล 12 ต้นหลังโรงเรียนเก่า",
        "ทำไมไม่มีใครบอกฉันว่าวันอาทิตย์เข้าพิพิธภัณฑ์ฟรี",
    ),
    "am": (
        "ወደ ደሴቱ የሚሄደው ጀልባ ከሰባት ተኩል ላይ ይነሳል፣ ዛሬ ግን ወደቡ ተዘግቷል።",
        "የጎረቤቴ ልጅ ከአሮጌው ትምህርት ቤት ጀርባ 12 የፖም ዛፎችን ተከለች።",
        "እሁድ ሙዚየም መግባት ነጻ እንደሆነ ለምን ማንም አልነገረኝም?",
    ),
    "zh": (
        "去岛上的渡轮七点半开，不过今天港口关闭。",
        "我邻居的女儿在老学校后面种了12棵苹果树。",
        "为什么没有人告诉我博物馆星期天免费入场？",
    ),
    "ja": (
        "島へ行くフェリーは七時半に出ますが、今日は港が閉まっています。",
        "隣の家の娘さんが古い学校の裏にりんごの木を12本植えました。",
        "日曜日は博物館の入場が無料だと、どうして誰も教えてくれなかったのですか。",
    ),
    "ko": (
        "섬으로 가는 배는 일곱 시 반에 떠나지만 오늘은 항구가 문을 닫았다.",
        "이웃집 딸이 오래된 학교 뒤에 사과나무 12그루를 심었다.",
        "일요일에는 박물관 입장이 무료라는 것을 왜 아무도 나에게 말해 주지 않았지?",
    ),
}
"""ISO 639-1 code -> three sentences. Scripts: Latin, Cyrillic, Greek, Armenian, Georgian, Hebrew, Arabic,
Devanagari, Bengali, Tamil, Telugu, Thai, Ethiopic, Han, Japanese (with kana), Hangul."""
